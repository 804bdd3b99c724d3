import { forThisSystem } from "./for-this-system.js";
import { linuxProcessUsage } from "./process-usage.linux.js";

/** What a process has used, without its children. */
export interface ProcessUsage {
  /** Memory resident now, in bytes. */
  rssBytes: number;
  /** User and system time of all its threads since it started, in seconds; it moves in steps of 10 ms. */
  cpuSeconds: number;
}

/** The process's usage, at the cost of microseconds. Undefined once it is gone, and always outside Linux. */
export const processUsage: (pid: number) => ProcessUsage | undefined = forThisSystem({
  linux: linuxProcessUsage,
  macos: () => undefined,
  windows: () => undefined,
});
