import { inSlices, readKernelText, type Steps } from "../../platform/index.js";
import { MemberFiles } from "./member-files.linux.js";
import { treePids } from "./tree-members.linux.js";
import type { TreeMemoryReader } from "./tree-memory.js";

/**
 * What the kernel would have to keep for a tree: anonymous and shared memory, swapped out or not, without the pages of
 * files, which it can read again. This is what a memory cgroup counts too, but for the page cache.
 */
export class LinuxTreeMemory implements TreeMemoryReader {
  readonly #root: number;
  readonly #files = new MemberFiles("status");
  #isClosed = false;

  constructor(root: number) {
    this.#root = root;
  }

  async measure(bound: number, unseenMs = 0): Promise<number | undefined> {
    const members = await treePids(this.#root, unseenMs);
    if (this.#isClosed) return undefined;
    this.#files.keepOnly(members);
    const upperBound = await inSlices(sumOf(members, (pid) => this.#residentBytes(pid)));
    if (upperBound === undefined || upperBound <= bound) return upperBound;
    // What several processes share was counted once for each. The kernel divides it among them, but takes a hundred times as long.
    return Math.min(upperBound, (await inSlices(sumOf(members, proportionalBytes))) ?? upperBound);
  }

  close(): void {
    this.#isClosed = true;
    this.#files.close();
  }

  #residentBytes(pid: number): number | undefined {
    return this.#isClosed ? undefined : sumOfFields(this.#files.read(pid), ["RssAnon", "RssShmem", "VmSwap"]);
  }
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

function proportionalBytes(pid: number): number | undefined {
  try {
    const text = readKernelText(`/proc/${pid}/smaps_rollup`);
    return sumOfFields(text, ["Pss_Anon", "Pss_Shmem", "SwapPss"]);
  } catch {
    return undefined;
  }
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
