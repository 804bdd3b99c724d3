// npm run demo [-- arguments]: from a bare clone to the demo on real input.
import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runNode } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const { code } = await runNode([join(repositoryRoot, "examples/demo/main.mjs"), ...process.argv.slice(2)], {
  cwd: repositoryRoot,
  inherit: true,
});
process.exitCode = code;
