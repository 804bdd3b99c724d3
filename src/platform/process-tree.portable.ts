import { signalGroup } from "./process-group.posix.js";
import { isAlive } from "./process-state.js";

/** By `pgrep` on macOS and `taskkill` on Windows; the answer is `[pid]`, or empty if `pid` was gone before. */
export async function killPortableTree(pid: number, signal: NodeJS.Signals): Promise<number[]> {
  const existed = isAlive(pid);
  await signalDescendants(pid, signal);
  // What lost its parent is no descendant any more but still in the group. Only for SIGKILL, which may come twice.
  if (signal === "SIGKILL") signalGroup(pid, signal);
  return existed ? [pid] : [];
}

async function signalDescendants(pid: number, signal: NodeJS.Signals): Promise<void> {
  // It takes `spawn` as it is loaded, and Linux never needs it.
  const { default: treeKill } = await import("tree-kill");
  await new Promise<void>((resolve) => {
    treeKill(pid, signal, (error) => {
      if (error !== undefined && error !== null) signalAlone(pid, signal);
      resolve();
    });
  });
}

/** Where the helper program is missing or was refused by one descendant, at least the process itself gets its signal. */
function signalAlone(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, or not ours to signal.
  }
}
