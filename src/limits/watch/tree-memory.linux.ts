import { readFileSync } from "node:fs";
import { inSlices, type Steps } from "../../platform/index.js";
import { treePids } from "./tree-members.linux.js";

/**
 * What the kernel would have to keep for a tree: anonymous and shared memory, swapped out or not, without the pages of
 * files, which it can read again. This is what a memory cgroup counts too, but for the page cache.
 */
export async function linuxTreeMemory(root: number, bound: number): Promise<number | undefined> {
  const members = await treePids(root);
  const upperBound = await inSlices(sumOf(members, residentBytes));
  if (upperBound === undefined || upperBound <= bound) return upperBound;
  // What several processes share was counted once for each. The kernel divides it among them, but takes a hundred times as long.
  return Math.min(upperBound, (await inSlices(sumOf(members, proportionalBytes))) ?? upperBound);
}

/** The sum over the members that are still there; undefined where none is. */
function* sumOf(pids: readonly number[], measure: (pid: number) => number | undefined): Steps<number | undefined> {
  let sum: number | undefined;
  for (const pid of pids) {
    const bytes = measure(pid);
    if (bytes !== undefined) sum = (sum ?? 0) + bytes;
    yield;
  }
  return sum;
}

function residentBytes(pid: number): number | undefined {
  return sumOfFields(read(pid, "status"), ["RssAnon", "RssShmem", "VmSwap"]);
}

function proportionalBytes(pid: number): number | undefined {
  return sumOfFields(read(pid, "smaps_rollup"), ["Pss_Anon", "Pss_Shmem", "SwapPss"]);
}

/** Adds up lines such as `RssAnon:   148 kB`; undefined where there is none of them, as for a zombie. */
export function sumOfFields(text: string, names: readonly string[]): number | undefined {
  let sum: number | undefined;
  for (const name of names) {
    const [, kilobytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text) ?? [];
    if (kilobytes !== undefined) sum = (sum ?? 0) + Number(kilobytes) * 1_024;
  }
  return sum;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
