import type { ProcessState } from "./process-state.js";

/** `dead`, or undefined for a process that exists: the null signal tells no more. */
export function portableProcessState(pid: number): ProcessState | undefined {
  try {
    process.kill(pid, 0);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH" ? "dead" : undefined;
  }
}
