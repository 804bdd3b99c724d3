import type { LimitedExit } from "./guard.js";

/** Whether a process ended otherwise than by exiting with 0. */
export function isAbnormal({ code, signal }: LimitedExit): boolean {
  return signal !== null || code !== 0;
}
