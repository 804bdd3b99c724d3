// npm run fuzz [-- options]: installs and builds if need be, then runs it; see fuzz/options.mjs.
import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runCommand } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const script = ["--expose-gc", join(repositoryRoot, "fuzz/main.mjs"), ...process.argv.slice(2)];
const { code } = await runCommand(process.execPath, script, { cwd: repositoryRoot, inherit: true });
process.exitCode = code;
