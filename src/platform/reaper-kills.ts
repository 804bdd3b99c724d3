import { readdirSync, readFileSync } from "node:fs";
import { MARK_VARIABLE } from "./mark-variable.js";

/** Kills a process group; nothing where there is none. */
export function killGroup(group: number): void {
  if (Number.isSafeInteger(group) && group > 1) kill(-group);
}

/** Kills a process; nothing where there is none. 0 stands for one in another pid namespace. */
export function killProcess(pid: number): void {
  if (Number.isSafeInteger(pid) && pid > 1) kill(pid);
}

/** Kills what carries the host's mark in its environment, where /proc shows that; says whether there was any. */
export function killMarked(mark: string): boolean {
  const sign = `${MARK_VARIABLE}=${mark}`;
  const marked = entriesOf("/proc").filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(sign));
  for (const name of marked) killProcess(Number(name));
  return marked.length > 0;
}

/** The names in a folder; none where it cannot be read. */
export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone.
  }
}
