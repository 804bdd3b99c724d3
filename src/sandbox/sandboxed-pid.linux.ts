import { readdirSync } from "node:fs";
import { readKernelText } from "../platform/index.js";

/** Number 1 is the reaper. */
const COMMAND = 2;

/**
 * The process id, as the host sees it, of a process inside a sandbox.
 *
 * `bwrap` is the process that was spawned. Below it is a process that is number 1 inside and reaps, and below that the one
 * that counts: signals and measurements are for that one.
 *
 * @param outside the id of `bwrap`
 * @param inside the id that the process itself sees. Default: that of the command that `bwrap` was given
 * @returns undefined when there is no such process (any more)
 */
export function pidOutside(outside: number, inside = COMMAND): number | undefined {
  for (const pid of childrenOf(outside)) {
    if (pidInside(pid) === inside) return pid;
    const found = pidOutside(pid, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readKernelText(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** In the innermost namespace. */
function pidInside(pid: number): number | undefined {
  try {
    const [, ids = ""] = /^NSpid:(.*)$/m.exec(readKernelText(`/proc/${pid}/status`)) ?? [];
    return Number(ids.trim().split(/\s+/).at(-1));
  } catch {
    return undefined;
  }
}
