import { forThisSystem } from "./for-this-system.js";
import { linuxProcessState } from "./process-state.linux.js";
import { portableProcessState } from "./process-state.portable.js";

/** What the system's scheduler says of a process. A `zombie` has ended and waits for its parent to notice. */
export type ProcessState = "running" | "sleeping" | "stopped" | "zombie" | "dead";

/**
 * The state of a process, at the cost of microseconds. Undefined where it is not known: outside Linux for every
 * process that is not `dead`, on Linux for one that /proc hides.
 */
export const processState: (pid: number) => ProcessState | undefined = forThisSystem({
  linux: linuxProcessState,
  macos: portableProcessState,
  windows: portableProcessState,
});

/** Whether the process still runs any code: a zombie does not. */
export function isAlive(pid: number): boolean {
  const state = processState(pid);
  return state !== "dead" && state !== "zombie";
}
