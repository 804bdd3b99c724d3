import { kernelUnits } from "./auxiliary-vector.linux.js";
import { readProcStat } from "./proc-stat.linux.js";
import type { ProcessUsage } from "./process-usage.js";

/** From `/proc/PID/stat`, which has both figures in one read. */
export function linuxProcessUsage(pid: number): ProcessUsage | undefined {
  const stat = readProcStat(pid);
  if (stat === undefined || stat.state === "Z") return undefined;
  const { pageBytes, ticksPerSecond } = kernelUnits();
  return { rssBytes: stat.residentPages * pageBytes, cpuSeconds: stat.cpuTicks / ticksPerSecond };
}
