// npm run chaos [-- options]: installs and builds if need be, then kills; see chaos/options.mjs.
import { join } from "node:path";
import { withPrivateMemory } from "../chaos/watch/private-memory.mjs";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runCommand } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const script = ["--expose-gc", join(repositoryRoot, "chaos/main.mjs"), ...process.argv.slice(2)];
const { command, args, environment } = withPrivateMemory(process.execPath, script);
const { code } = await runCommand(command, args, { cwd: repositoryRoot, env: environment, inherit: true });
process.exitCode = code;
