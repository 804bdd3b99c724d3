import { CGROUP_V1 } from "./cgroup-dialect.v1.js";
import { CGROUP_V2 } from "./cgroup-dialect.v2.js";
import type { Setting } from "./cgroup-file.js";

/** Which file of a group says what; the two versions of cgroups differ in that alone. */
export interface CgroupDialect {
  /** Nothing above this, swap included. */
  memory(bytes: number): Setting[];
  pids(count: number): Setting[];
  /** @param parent the folder of the group above */
  cpuset(processors: string, parent: string): Setting[];
  /** @param percent of one core */
  cpu(percent: number): Setting[];
  /**
   * Bytes in use, without the page cache, which the kernel takes back when it needs it.
   *
   * @param bound what it will be compared with: where all together is less, the page cache is not looked at
   */
  memoryInUse(folder: string, bound: number): number | undefined;
  /** The most bytes ever in use, page cache included. */
  memoryPeak(folder: string): number | undefined;
  /** Processes that the kernel killed because this very group was full. */
  memoryKills(folder: string): number;
  /** Forks that were refused because the group was full. */
  pidsRefused(folder: string): number;
}

export function dialectOf(version: 1 | 2): CgroupDialect {
  return version === 1 ? CGROUP_V1 : CGROUP_V2;
}
