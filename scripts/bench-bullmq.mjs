// npm run bench:bullmq [-- --rounds n]: installs and builds if need be, then measures jobs beside BullMQ's own sandbox.
import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runNode } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

await prepareWorkspace();
leaveInterruptsToTheChild();
const { code } = await runNode([join(repositoryRoot, "bench/bullmq/main.mjs"), ...process.argv.slice(2)], {
  cwd: repositoryRoot,
  inherit: true,
});
process.exitCode = code;
