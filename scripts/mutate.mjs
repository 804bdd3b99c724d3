// npm run mutate [-- options]: installs and builds if need be, then changes the code; see mutation/options.mjs.
import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runNode } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const script = [join(repositoryRoot, "mutation/main.mjs"), ...process.argv.slice(2)];
const { code } = await runNode(script, { cwd: repositoryRoot, inherit: true });
process.exitCode = code;
