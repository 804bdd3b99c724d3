// npm run demo [-- arguments]: from a bare clone to the demo on real input, and then to a kernel of many isolates.
import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runNode } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
/** The arguments are the first half's. */
const HALVES = [["main.mjs", ...process.argv.slice(2)], ["kernel/main.mjs"]];
let exitCode = 0;
for (const [index, [file = "", ...args]] of HALVES.entries()) {
  if (index > 0) process.stdout.write("\n");
  const { code } = await runNode([join(repositoryRoot, "examples/demo", file), ...args], {
    cwd: repositoryRoot,
    inherit: true,
  });
  exitCode = code;
  if (exitCode !== 0) break;
}
process.exitCode = exitCode;
