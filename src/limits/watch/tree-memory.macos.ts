import { execFile } from "node:child_process";
import { promisify } from "node:util";

const PS_TIMEOUT_MS = 5_000;

/** Resident memory by `ps`, which takes some milliseconds in a process of its own. What is shared counts for each. */
export async function macosTreeMemory(root: number): Promise<number | undefined> {
  const ps = promisify(execFile)("/bin/ps", ["-axo", "pid=,ppid=,pgid=,rss="], { timeout: PS_TIMEOUT_MS });
  // A watch never keeps the host alive.
  ps.child.unref();
  for (const pipe of [ps.child.stdout, ps.child.stderr]) (pipe as { unref?: () => void } | null)?.unref?.();
  try {
    return sumTree(root, (await ps).stdout);
  } catch {
    return undefined;
  }
}

/** The resident bytes of `root`, its group and its descendants, from lines `PID PPID PGID KILOBYTES`. */
export function sumTree(root: number, lines: string): number | undefined {
  const processes = lines
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const members = new Set([root]);
  let size = 0;
  while (size !== members.size) {
    size = members.size;
    for (const [pid = 0, parentPid = 0, groupId = 0] of processes) {
      if (pid > 1 && pid !== process.pid && (members.has(parentPid) || members.has(groupId))) members.add(pid);
    }
  }
  const sizes = processes.filter(([pid = 0]) => members.has(pid)).map(([, , , kilobytes = 0]) => kilobytes);
  return sizes.length === 0 ? undefined : sizes.reduce((sum, kilobytes) => sum + kilobytes, 0) * 1_024;
}
