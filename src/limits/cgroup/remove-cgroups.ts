import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readCgroupFile, writeSettings } from "./cgroup-file.js";

/** How long killed processes get to leave their group. */
const PATIENCE_MS = 2_000;
const POLL_MS = 5;

/**
 * Kills what is left in the groups of one process and removes them. Resolves with those that could not be removed:
 * none, unless a process in them does not die.
 */
export async function removeCgroups(folders: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  let left = removeOnce(folders);
  while (left.length > 0 && performance.now() < deadline) {
    await delay(POLL_MS);
    left = removeOnce(left);
  }
  return left;
}

/** The same for a process that is about to exit: waits inside this call. */
export function removeCgroupsNow(folders: readonly string[], patienceMs: number): string[] {
  const deadline = performance.now() + patienceMs;
  let left = removeOnce(folders);
  while (left.length > 0 && performance.now() < deadline) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    left = removeOnce(left);
  }
  return left;
}

function removeOnce(folders: readonly string[]): string[] {
  killMembers(folders);
  return folders.filter((folder) => !remove(folder));
}

/** Kills everything in the groups of one process, and first sees to it that nothing there can fork any more. */
export function killMembers(folders: readonly string[]): void {
  for (const folder of folders) {
    // Version 2 alone has it, since Linux 5.14, and needs nothing else.
    if (existsSync(join(folder, "cgroup.kill")))
      writeSettings(folder, [{ file: "cgroup.kill", value: "1", optional: true }]);
    // In a group of version 1 a fork bomb outruns every pass over its members, unless it cannot fork.
    else if (existsSync(join(folder, "pids.max")))
      writeSettings(folder, [{ file: "pids.max", value: "0", optional: true }]);
  }
  for (const folder of folders) {
    for (const pid of membersOf(folder)) kill(pid);
  }
}

function membersOf(folder: string): number[] {
  const children = childrenOf(folder).flatMap(membersOf);
  const own = readCgroupFile(folder, "cgroup.procs").split("\n").map(Number);
  // 0 stands for a process of another pid namespace.
  return [...children, ...own.filter((pid) => pid > 1 && pid !== process.pid)];
}

/** Removes a group with the groups in it, which a privileged child may have made; false while a process is in one. */
function remove(folder: string): boolean {
  // systemd removes its scopes itself, once they are empty.
  if (folder.endsWith(".scope")) return !existsSync(folder);
  for (const child of childrenOf(folder)) remove(child);
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function childrenOf(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone, or not ours.
  }
}
