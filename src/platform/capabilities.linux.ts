import { existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { probeCgroupV1, probeCgroupV2, probeCgroupV2Controllers, readCgroups } from "./capabilities.cgroup.linux.js";
import { findProgram, probeWritable } from "./capabilities.files.js";
import type { Capability } from "./capabilities.js";
import { probeReaper, probeSocketDirectory, probeStartTimes } from "./capabilities.posix.js";
import { LINUX_PATH_LIMIT } from "./socket-address.posix.js";

/** Docker gives 64 MiB unless told otherwise: one large payload fills it. */
const SMALL_SHARED_MEMORY_BYTES = 128 * 2 ** 20;

const PROGRAMS = {
  setpriv: "the user of uid for good: no setuid program gives back what was given up",
  taskset: "affinity where there is no cpuset: which processors an isolate may use",
} as const;

export function linuxCapabilities(): Capability[] {
  const cgroups = readCgroups();
  return [
    probeSocketDirectory(LINUX_PATH_LIMIT),
    probeSharedMemory(),
    probeReaper(),
    probeStartTimes(),
    probeCgroupV2(cgroups),
    probeCgroupV2Controllers(cgroups),
    probeCgroupV1(cgroups),
    ...Object.entries(PROGRAMS).map(([name, matters]) => probeProgram(name, matters)),
    probeUserManager(),
  ];
}

export function probeProgram(name: string, matters: string, searchPath?: string): Capability {
  const path = findProgram(name, searchPath);
  return {
    name,
    status: path === undefined ? "missing" : "ok",
    found: path ?? "not on the PATH",
    matters,
    essential: false,
  };
}

/** A file system in memory for payloads that are too large for the socket. */
export function probeSharedMemory(folder = "/dev/shm"): Capability {
  const of = (status: Capability["status"], found: string): Capability => ({
    name: "shared memory",
    status,
    found,
    matters: "large payloads travel in memory instead of through the socket",
    essential: false,
  });
  if (!existsSync(folder)) return of("missing", `no ${folder}`);
  const problem = probeWritable(folder);
  if (problem !== undefined) return of("missing", problem);
  const { bsize, blocks, bavail } = statfsSync(folder);
  const free = bsize * bavail;
  const found = `${folder}, ${toMebibytes(free)} of ${toMebibytes(bsize * blocks)} MiB free`;
  return of(free < SMALL_SHARED_MEMORY_BYTES ? "limited" : "ok", found);
}

/** Whether `systemd-run --user` can make scopes: the program alone needs the user's own service manager. */
export function probeUserManager(environment: NodeJS.ProcessEnv = process.env): Capability {
  const path = findProgram("systemd-run", environment.PATH);
  const runtime = environment.XDG_RUNTIME_DIR;
  const isRunning = runtime !== undefined && existsSync(join(runtime, "systemd/private"));
  return {
    name: "systemd-run --user",
    status: path === undefined ? "missing" : isRunning ? "ok" : "limited",
    found:
      path === undefined ? "not on the PATH" : isRunning ? path : `${path}, but no service manager of this user runs`,
    matters: "delegates a cgroup to users who are not root",
    essential: false,
  };
}

function toMebibytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}
