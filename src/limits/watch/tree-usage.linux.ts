import { kernelUnits } from "../../platform/auxiliary-vector.linux.js";
import { inSlices, type Steps } from "../../platform/index.js";
import { MemberFiles } from "./member-files.linux.js";
import { treePids } from "./tree-members.linux.js";

/** What a process uses, from `/proc/PID/stat`. */
export interface MemberUsage {
  readonly pid: number;
  readonly groupId: number;
  readonly threads: number;
  /** Its own processor time and that of the children that it waited for, in milliseconds, to 10 ms. */
  readonly cpuMs: number;
}

/** Looks again and again at what a tree uses. */
export class TreeUsage {
  readonly #root: number;
  readonly #files = new MemberFiles("stat");
  #isClosed = false;

  constructor(root: number) {
    this.#root = root;
  }

  /**
   * What each process of the tree uses that still runs; empty once the root is gone.
   *
   * @param unseenMs how long a new member may be missing
   */
  async look(unseenMs = 0): Promise<MemberUsage[]> {
    const pids = await treePids(this.#root, unseenMs);
    if (this.#isClosed) return [];
    this.#files.keepOnly(pids);
    const members = await inSlices(this.#readMembers(pids));
    return members.some(({ pid }) => pid === this.#root) ? members : [];
  }

  close(): void {
    this.#isClosed = true;
    this.#files.close();
  }

  *#readMembers(pids: readonly number[]): Steps<MemberUsage[]> {
    const members: MemberUsage[] = [];
    for (const pid of pids) {
      if (this.#isClosed) return [];
      const member = parseMember(this.#files.read(pid));
      if (member !== undefined) members.push(member);
      yield;
    }
    return members;
  }
}

/** The processor time of a tree in milliseconds. */
export function totalCpuMs(members: readonly MemberUsage[]): number {
  return members.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Parses the line, see proc(5); undefined for a process that has ended. The command in it may hold parentheses. */
export function parseMember(text: string): MemberUsage | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // proc(5) counts from 1 and has the state as its field 3.
  const field = (number: number): number => Number(fields[number - 3]);
  const state = fields[0];
  if (state === "Z" || state === "X" || state === undefined || !Number.isInteger(field(20))) return undefined;
  const ticks = field(14) + field(15) + field(16) + field(17);
  return {
    pid: Number.parseInt(text, 10),
    groupId: field(5),
    threads: field(20),
    cpuMs: (ticks * 1_000) / kernelUnits().ticksPerSecond,
  };
}
