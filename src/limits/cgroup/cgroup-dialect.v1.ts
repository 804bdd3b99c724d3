import type { CgroupDialect } from "./cgroup-dialect.js";
import { fieldOf, readCgroupFile, readField, readNumber } from "./cgroup-file.js";

const PERIOD_US = 100_000;
/** The kernel fills a group in steps, the last of which does not fit. */
const CHARGED_AT_ONCE_BYTES = 2 ** 20;

/** The older files, see cgroup-v1/memory.rst and its neighbours in the kernel's documentation. */
export const CGROUP_V1: CgroupDialect = {
  memory: (bytes) => [
    { file: "memory.limit_in_bytes", value: `${bytes}` },
    // Memory and swap together, so it can only be set second. Absent where swap is not accounted.
    { file: "memory.memsw.limit_in_bytes", value: `${bytes}`, optional: true },
  ],
  pids: (count) => [{ file: "pids.max", value: `${count}` }],
  cpuset: (processors, parent) => [
    // A group without memory nodes takes no process.
    { file: "cpuset.mems", value: readCgroupFile(parent, "cpuset.effective_mems").trim() || "0" },
    { file: "cpuset.cpus", value: processors },
  ],
  cpu: (percent) => [
    { file: "cpu.cfs_period_us", value: `${PERIOD_US}` },
    { file: "cpu.cfs_quota_us", value: `${Math.round((percent / 100) * PERIOD_US)}` },
  ],
  memoryInUse(folder, bound) {
    const usage = readNumber(folder, "memory.usage_in_bytes");
    if (usage === undefined || usage < bound) return usage;
    const stat = readCgroupFile(folder, "memory.stat");
    return usage - (fieldOf(stat, "total_cache") - fieldOf(stat, "total_shmem"));
  },
  memoryPeak: (folder) => readNumber(folder, "memory.max_usage_in_bytes"),
  memoryKills(folder) {
    const kills = readField(folder, "memory.oom_control", "oom_kill");
    if (kills === 0) return 0;
    const limit = readNumber(folder, "memory.limit_in_bytes") ?? Number.POSITIVE_INFINITY;
    const peak = readNumber(folder, "memory.max_usage_in_bytes") ?? 0;
    // It counts victims of a shortage outside of the group too: only a group that was full killed its own. The counts of
    // failures do not tell: they stay 0 where swap has the same limit.
    return peak + CHARGED_AT_ONCE_BYTES < limit ? 0 : kills;
  },
  pidsRefused: (folder) => readField(folder, "pids.events", "max"),
};
