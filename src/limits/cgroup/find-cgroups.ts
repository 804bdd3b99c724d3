import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readCgroups } from "../../platform/capabilities.cgroup.linux.js";
import { candidateParents, type Parents } from "./candidate-parents.js";
import { dialectOf } from "./cgroup-dialect.js";
import { readCgroupFile, writeSettings } from "./cgroup-file.js";
import { type CgroupMachinery, type CgroupParent, CONTROLLERS } from "./cgroup-machinery.js";
import { newCgroupName } from "./cgroup-name.js";
import { findSystemdScopes, systemdRules } from "./find-systemd-scopes.js";
import { removeCgroupsNow } from "./remove-cgroups.js";

const TRIAL_PATIENCE_MS = 500;
const TRIAL_TIMEOUT_MS = 5_000;

/** Joins each group that it is given and names those that let it in. */
const JOIN = 'for folder; do { echo 0 >"$folder/cgroup.procs" && echo "$folder"; } 2>/dev/null; done';

/** The files that hold the limits; each is there only with its controller. */
const LIMIT_FILES = {
  1: { memory: "memory.limit_in_bytes", pids: "pids.max", cpu: "cpu.cfs_quota_us", cpuset: "cpuset.cpus" },
  2: { memory: "memory.max", pids: "pids.max", cpu: "cpu.max", cpuset: "cpuset.cpus" },
} as const;

/** Finds by trial where groups can be made and joined: neither owners nor modes of the folders tell that. */
export function findCgroups(shell: string): CgroupMachinery {
  const own = readCgroups();
  const { limiting, killable } = candidateParents(own, systemdRules());
  const works = tryGroups(shell, [...Object.values(limiting), ...killable]);
  const parents: Parents = {};
  for (const controller of CONTROLLERS) {
    const parent = limiting[controller];
    if (parent !== undefined && works(parent, LIMIT_FILES[parent.version][controller])) parents[controller] = parent;
  }
  const direct = { parents, killable: killable.find((parent) => works(parent, "cgroup.kill")), systemd: undefined };
  return parents.memory === undefined ? (findSystemdScopes(own, shell) ?? direct) : direct;
}

/** Makes a group below each parent and tells which could be joined and had a certain file; leaves nothing. */
function tryGroups(shell: string, parents: readonly CgroupParent[]): (parent: CgroupParent, file: string) => boolean {
  const name = newCgroupName();
  const groups = [...new Set(parents.map(({ folder }) => join(folder, name)))].filter(make);
  try {
    for (const { version, folder } of parents) {
      // A cpuset of version 1 takes nobody before it has processors and memory.
      const all = readCgroupFile(folder, "cpuset.effective_cpus").trim();
      if (version === 1 && all !== "") writeSettings(join(folder, name), dialectOf(1).cpuset(all, folder).map(quietly));
    }
    const { stdout } = spawnSync(shell, ["-c", JOIN, "sh", ...groups], { encoding: "utf8", timeout: TRIAL_TIMEOUT_MS });
    const joined = new Set((stdout ?? "").split("\n").filter((group) => group !== ""));
    const files = new Set<string>();
    for (const file of ["cgroup.kill", ...Object.values(LIMIT_FILES).flatMap((names) => Object.values(names))]) {
      for (const group of joined) if (existsSync(join(group, file))) files.add(join(group, file));
    }
    return ({ folder }, file) => files.has(join(folder, name, file));
  } finally {
    removeCgroupsNow(groups, TRIAL_PATIENCE_MS);
  }
}

function make(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function quietly<T extends object>(setting: T): T & { optional: true } {
  return { ...setting, optional: true };
}
