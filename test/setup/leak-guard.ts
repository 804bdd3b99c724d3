import { setTimeout as sleep } from "node:timers/promises";
import { leftoverCgroups, removeCgroups } from "./leftover-cgroups.js";
import { describeLeftovers, isEmpty, leftoverFiles } from "./leftover-files.js";
import { watchProcesses } from "./leftover-processes.js";
import { createRunDirectory } from "./run-directory.js";

/** How long what the tests stopped may take to disappear. */
const PATIENCE_MS = 2_000;
const POLL_MS = 50;

/**
 * Vitest's global setup: gives the run its own temporary and runtime directory, and fails the run if the tests leave a
 * process, a socket, a directory, shared memory or a control group behind.
 */
export default function guardAgainstLeaks(): () => Promise<void> {
  const run = createRunDirectory();
  const processes = watchProcesses(run.path);
  const filesLeft = leftoverFiles(run);
  return async () => {
    const deadline = Date.now() + PATIENCE_MS;
    const look = async () => ({
      processes: await processes.left(),
      files: [...filesLeft(), ...leftoverCgroups(processes.hasSeen)],
    });
    let left = await look();
    while (!isEmpty(left) && Date.now() < deadline) {
      await sleep(POLL_MS);
      left = await look();
    }
    processes.stop(left.processes);
    removeCgroups(leftoverCgroups(processes.hasSeen));
    run.remove();
    if (isEmpty(left)) return;
    // Vitest prints what a teardown throws and ends with 0 all the same.
    process.exitCode = 1;
    throw new Error(describeLeftovers(left));
  };
}
