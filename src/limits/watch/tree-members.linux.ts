import { inSlices } from "../../platform/index.js";
import type { ProcStat } from "../../platform/proc-stat.linux.js";
import { ProcessTable, scanProcesses } from "../../platform/process-table.linux.js";
import { newestPid } from "./load-average.linux.js";

/** A look through /proc takes milliseconds where there are hundreds of processes: at most this part of the time. */
const SHARE_OF_TIME = 1 / 20;
const SHORTEST_INTERVAL_MS = 25;

/** The last look through /proc, which all watches of this host share. */
let look = { at: Number.NEGATIVE_INFINITY, newest: "", table: new ProcessTable() };

/**
 * The members of a tree, as `ProcessTable.treeOf` defines it, as they were when looked at last. Looks through /proc only
 * if a process was started since the last time, and not too often: a new member may be missing for an instant.
 *
 * @param unseenMs how long it may be missing
 */
async function treeMembers(root: number, unseenMs: number): Promise<readonly ProcStat[]> {
  const sinceMs = performance.now() - look.at;
  const newest = newestPid();
  const isDue = sinceMs >= Math.max(SHORTEST_INTERVAL_MS, look.table.costMs / SHARE_OF_TIME, unseenMs);
  if (isDue && (newest === "" || newest !== look.newest)) {
    const at = performance.now();
    const table = await scanProcesses();
    look = { at, newest, table };
  }
  return inSlices(look.table.treeOf(root));
}

/** The pids of a tree, the root included. A new member may be missing for `unseenMs`, or an instant. */
export async function treePids(root: number, unseenMs = 0): Promise<readonly number[]> {
  const pids = (await treeMembers(root, unseenMs)).map(({ pid }) => pid);
  return pids.includes(root) ? pids : [root, ...pids];
}
