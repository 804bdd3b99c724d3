import { KeptFile } from "../../platform/kept-file.js";

/** `0.20 0.18 0.12 RUNNABLE/ALL NEWEST`: all that one cheap read tells about the whole system. */
const file = new KeptFile("/proc/loadavg");

/** How many threads the system has; infinite if unknown. */
export function systemThreads(): number {
  const threads = Number(file.read().split(/[ /]/)[4]);
  return Number.isInteger(threads) ? threads : Number.POSITIVE_INFINITY;
}

/** The pid given out last in our pid namespace: the same as before when nothing was started. Empty if unknown. */
export function newestPid(): string {
  return file.read().trim().split(" ")[4] ?? "";
}
