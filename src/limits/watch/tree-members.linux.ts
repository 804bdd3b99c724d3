import { readFileSync } from "node:fs";
import { listProcesses, type ProcStat } from "../../platform/proc-stat.linux.js";
import { treeOf } from "../../platform/process-tree.linux.js";

/** A look through /proc takes milliseconds where there are hundreds of processes: at most this part of the time. */
const SHARE_OF_TIME = 1 / 20;
const SHORTEST_INTERVAL_MS = 25;

/** The last look through /proc, which all watches of this host share. */
let look = { at: Number.NEGATIVE_INFINITY, tookMs: 0, newestPid: "", processes: [] as readonly ProcStat[] };

/**
 * The pids of a tree, as `treeOf` defines it, the root included as long as it runs. Looks through /proc only if a
 * process was started since the last time, and not too often: a new member may be missing for an instant.
 */
export function treeMembers(root: number): number[] {
  const sinceMs = performance.now() - look.at;
  const newestPid = readNewestPid();
  const isDue = sinceMs >= Math.max(SHORTEST_INTERVAL_MS, look.tookMs / SHARE_OF_TIME);
  if (isDue && (newestPid === "" || newestPid !== look.newestPid)) {
    const at = performance.now();
    const processes = listProcesses();
    look = { at, tookMs: performance.now() - at, newestPid, processes };
  }
  const members = treeOf(root, look.processes).map(({ pid }) => pid);
  return members.includes(root) ? members : [root, ...members];
}

/** The pid given out last in our pid namespace: the same as before when nothing was started. Empty if unknown. */
function readNewestPid(): string {
  try {
    return readFileSync("/proc/loadavg", "latin1").trim().split(" ")[4] ?? "";
  } catch {
    return "";
  }
}
