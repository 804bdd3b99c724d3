// npm test [-- vitest arguments]: from a bare clone to test results.
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runNode } from "./run-command.mjs";
import { repositoryRoot, toolEntry } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const { code } = await runNode([toolEntry("vitest"), "run", ...process.argv.slice(2)], {
  cwd: repositoryRoot,
  inherit: true,
});
process.exitCode = code;
