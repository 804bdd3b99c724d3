import { mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";

/** How deep groups are looked for: a hierarchy, a service, what is in it. */
const DEPTH = 4;

/**
 * The control groups that hosts of these process ids have made: their names are `pi-NAMESPACE-PID-START-NUMBER`.
 * @param {ReadonlySet<number>} hosts
 */
export function controlGroupsOf(hosts) {
  return hosts.size === 0 ? [] : search(ROOT, DEPTH, hosts);
}

/** Whether limits of processes are kept by control groups here: version 2, or a hierarchy of version 1. */
export function canMakeControlGroups() {
  return [ROOT, join(ROOT, "pids")].some((parent) => {
    const probe = join(parent, `pi-0-${process.pid}-probe`);
    try {
      mkdirSync(probe);
      const isGroup = readdirSync(probe).includes("pids.max");
      rmdirSync(probe);
      return isGroup;
    } catch {
      return false;
    }
  });
}

/** @param {string} folder @param {number} depth @param {ReadonlySet<number>} hosts @returns {string[]} */
function search(folder, depth, hosts) {
  return subfolders(folder).flatMap((name) => {
    const path = join(folder, name);
    const [, pid] = /^pi-\d+-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined) return hosts.has(Number(pid)) ? [path] : [];
    return depth > 1 ? search(path, depth - 1, hosts) : [];
  });
}

/** @param {string} folder */
function subfolders(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
