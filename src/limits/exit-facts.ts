import { constants } from "node:os";
import type { LimitedExit } from "./guard.js";

/** Whether a process ended otherwise than by exiting with 0. */
export function isAbnormal({ code, signal }: LimitedExit): boolean {
  return signal !== null || code !== 0;
}

/** Whether a signal ended a process; a sandbox around it, and Node.js on Windows, make the code 128 + N of it. */
export function endedBy(signal: NodeJS.Signals, exit: LimitedExit): boolean {
  return exit.signal === signal || exit.code === 128 + constants.signals[signal];
}
