import { readdirSync, readFileSync } from "node:fs";
import { MARK_VARIABLE } from "./mark-variable.js";

/** Looks at the environment that every process was started with. Those of other users cannot be read, and are not ours. */
export function markedLinuxProcesses(mark: string): number[] {
  const wanted = Buffer.from(`${MARK_VARIABLE}=${mark}`);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && carries(name, wanted))
    .map(Number);
}

function carries(pid: string, wanted: Buffer): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(wanted);
  } catch {
    return false;
  }
}
