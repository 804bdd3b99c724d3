import { findProgram, isExecutable } from "../platform/capabilities.files.js";
import { readProcStat } from "../platform/proc-stat.linux.js";
import { findCgroups } from "./cgroup/find-cgroups.js";
import type { Machinery } from "./machinery.js";

const SHELL = "/bin/sh";

export function linuxMachinery(): Machinery {
  const shell = isExecutable(SHELL) ? SHELL : undefined;
  const canWatch = readProcStat(process.pid) !== undefined;
  return {
    cgroups: shell === undefined ? { parents: {}, killable: undefined, systemd: undefined } : findCgroups(shell),
    shell,
    taskset: findProgram("taskset"),
    watches: { memory: canWatch, cpu: canWatch, pids: canWatch },
  };
}
