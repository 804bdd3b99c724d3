import { readFileSync } from "node:fs";
import { inSlices } from "../../platform/index.js";
import type { ProcStat } from "../../platform/proc-stat.linux.js";
import { ProcessTable, scanProcesses } from "../../platform/process-table.linux.js";

/** A look through /proc takes milliseconds where there are hundreds of processes: at most this part of the time. */
const SHARE_OF_TIME = 1 / 20;
const SHORTEST_INTERVAL_MS = 25;

/** The last look through /proc, which all watches of this host share. */
let look = { at: Number.NEGATIVE_INFINITY, newestPid: "", table: new ProcessTable() };

/**
 * The members of a tree, as `ProcessTable.treeOf` defines it, as they were when looked at last. Looks through /proc only
 * if a process was started since the last time, and not too often: a new member may be missing for an instant.
 */
export async function treeMembers(root: number): Promise<readonly ProcStat[]> {
  const sinceMs = performance.now() - look.at;
  const newestPid = readNewestPid();
  const isDue = sinceMs >= Math.max(SHORTEST_INTERVAL_MS, look.table.costMs / SHARE_OF_TIME);
  if (isDue && (newestPid === "" || newestPid !== look.newestPid)) {
    const at = performance.now();
    const table = await scanProcesses();
    look = { at, newestPid, table };
  }
  return inSlices(look.table.treeOf(root));
}

/** The pids of a tree, the root included as long as it runs. */
export async function treePids(root: number): Promise<readonly number[]> {
  const pids = (await treeMembers(root)).map(({ pid }) => pid);
  return pids.includes(root) ? pids : [root, ...pids];
}

/** The pid given out last in our pid namespace: the same as before when nothing was started. Empty if unknown. */
function readNewestPid(): string {
  try {
    return readFileSync("/proc/loadavg", "latin1").trim().split(" ")[4] ?? "";
  } catch {
    return "";
  }
}
