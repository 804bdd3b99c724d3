import type { CgroupDialect } from "./cgroup-dialect.js";
import { fieldOf, readCgroupFile, readField, readNumber } from "./cgroup-file.js";

const PERIOD_US = 100_000;

/** See cgroup-v2.rst in the kernel's documentation. */
export const CGROUP_V2: CgroupDialect = {
  memory: (bytes) => [
    { file: "memory.max", value: `${bytes}` },
    { file: "memory.swap.max", value: "0", optional: true },
    // The tree is ended as a whole, and not its largest process alone. Since Linux 4.19.
    { file: "memory.oom.group", value: "1", optional: true },
  ],
  pids: (count) => [{ file: "pids.max", value: `${count}` }],
  cpuset: (processors) => [{ file: "cpuset.cpus", value: processors }],
  cpu: (percent) => [{ file: "cpu.max", value: `${Math.round((percent / 100) * PERIOD_US)} ${PERIOD_US}` }],
  memoryInUse(folder, bound) {
    const usage = readNumber(folder, "memory.current");
    if (usage === undefined || usage < bound) return usage;
    const stat = readCgroupFile(folder, "memory.stat");
    return usage - (fieldOf(stat, "file") - fieldOf(stat, "shmem"));
  },
  // Since Linux 5.19.
  memoryPeak: (folder) => readNumber(folder, "memory.peak"),
  memoryKills(folder) {
    const events = readCgroupFile(folder, "memory.events");
    // `oom_kill` counts victims of a shortage outside of the group too, `oom` only that this one was full.
    return fieldOf(events, "oom") === 0 ? 0 : fieldOf(events, "oom_kill");
  },
  pidsRefused: (folder) => readField(folder, "pids.events", "max"),
};
