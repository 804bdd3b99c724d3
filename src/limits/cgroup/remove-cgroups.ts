import { existsSync, opendirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { delay } from "../../intrinsics/index.js";
import { atOnce, inSlices, type Steps } from "../../platform/index.js";
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
  let left = await inSlices(removeOnce(folders));
  while (left.length > 0 && performance.now() < deadline) {
    await delay(POLL_MS);
    left = await inSlices(removeOnce(left));
  }
  return left;
}

/** The same for a process that is about to exit: waits inside this call, and answers with what is left then. */
export function removeCgroupsNow(folders: readonly string[], patienceMs: number): readonly string[] {
  const deadline = performance.now() + patienceMs;
  const isInTime = (): boolean => performance.now() < deadline;
  let left: readonly string[] = atOnce(removeOnce(folders), isInTime) ?? folders;
  while (left.length > 0 && isInTime()) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    left = atOnce(removeOnce(left), isInTime) ?? left;
  }
  return left;
}

function* removeOnce(folders: readonly string[]): Steps<string[]> {
  yield* killMembers(folders);
  const left: string[] = [];
  for (const folder of folders) if (!(yield* remove(folder))) left.push(folder);
  return left;
}

/** Kills everything in the groups of one process, and first sees to it that nothing there can fork any more. */
export function* killMembers(folders: readonly string[]): Steps<void> {
  for (const folder of folders) {
    // Version 2 alone has it, since Linux 5.14, and needs nothing else.
    if (existsSync(join(folder, "cgroup.kill")))
      writeSettings(folder, [{ file: "cgroup.kill", value: "1", optional: true }]);
    // In a group of version 1 a fork bomb outruns every pass over its members, unless it cannot fork.
    else if (existsSync(join(folder, "pids.max")))
      writeSettings(folder, [{ file: "pids.max", value: "0", optional: true }]);
  }
  for (const folder of folders) yield* killIn(folder);
}

function* killIn(folder: string): Steps<void> {
  for (const child of childrenOf(folder)) {
    yield;
    yield* killIn(child);
  }
  for (const line of readCgroupFile(folder, "cgroup.procs").split("\n")) {
    const pid = Number(line);
    // 0 stands for a process of another pid namespace.
    if (pid > 1 && pid !== process.pid) kill(pid);
    yield;
  }
}

/** Removes a group with the groups in it, which a privileged child may have made; false while a process is in one. */
function* remove(folder: string): Steps<boolean> {
  // systemd removes its scopes itself, once they are empty.
  if (folder.endsWith(".scope")) return !existsSync(folder);
  for (const child of childrenOf(folder)) {
    yield;
    yield* remove(child);
  }
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** One by one: there may be any number. */
function* childrenOf(folder: string): Generator<string, void, undefined> {
  try {
    const directory = opendirSync(folder);
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
        if (entry.isDirectory()) yield join(folder, entry.name);
      }
    } finally {
      directory.closeSync();
    }
  } catch {
    // Gone.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone, or not ours.
  }
}
