// npm run bombs [-- options]: installs and builds if need be, then sets them off; see chaos/bombs/options.mjs.
import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runCommand } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const script = ["--expose-gc", join(repositoryRoot, "chaos/bombs/main.mjs"), ...process.argv.slice(2)];
const { code } = await runCommand(process.execPath, script, { cwd: repositoryRoot, inherit: true });
process.exitCode = code;
