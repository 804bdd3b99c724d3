import { signalGroup } from "../../platform/process-group.posix.js";
import type { Guard, GuardedProcess } from "../guard.js";
import { Repeated } from "../repeated.js";
import { type MemberUsage, TreeUsage, totalCpuMs } from "./tree-usage.linux.js";

/** What may be used at once after a rest, in milliseconds of real time. */
const BURST_MS = 50;
const SHORTEST_INTERVAL_MS = 5;
const LONGEST_IDLE_INTERVAL_MS = 50;

/**
 * Stops and continues a tree so that it gets its share of processor time: a budget grows with time and shrinks by what
 * is used, and the tree stands still while it is overdrawn.
 */
export class CpuThrottle implements Guard {
  readonly #share: number;
  readonly #cores: number;
  #process: GuardedProcess | undefined;
  #usage: TreeUsage | undefined;
  #loop: Repeated | undefined;
  #budgetMs = 0;
  #usedMs = 0;
  /** When usage was last seen; undefined before the first look, from which on it counts. */
  #at: number | undefined;
  #hasEnded = false;
  #isStopped = false;
  #idleMs = 0;

  /** @param percent of one core */
  constructor(percent: number, cores: number) {
    this.#share = percent / 100;
    this.#cores = cores;
  }

  started(process: GuardedProcess): void {
    this.#process = process;
  }

  ready(): void {
    const process = this.#process;
    if (process === undefined || this.#loop !== undefined) return;
    const usage = new TreeUsage(process.pid);
    this.#usage = usage;
    this.#loop = new Repeated(() => this.#adjust(process.pid, usage));
  }

  ended(): void {
    this.#hasEnded = true;
    this.#loop?.stop();
    this.#usage?.close();
  }

  /** Answers with the milliseconds until the balance has to be looked at again. */
  async #adjust(root: number, usage: TreeUsage): Promise<number> {
    const members = await usage.look();
    // Gone: its pid may belong to somebody else by the next look.
    if (members.length === 0 || this.#hasEnded) return BURST_MS;
    const now = performance.now();
    const usedMs = Math.max(this.#usedMs, totalCpuMs(members));
    if (this.#at === undefined) this.#usedMs = usedMs;
    const isIdle = usedMs === this.#usedMs && !this.#isStopped;
    const earnedMs = (now - (this.#at ?? now)) * this.#share - (usedMs - this.#usedMs);
    this.#budgetMs = Math.min(this.#budgetMs + earnedMs, BURST_MS * this.#share);
    this.#at = now;
    this.#usedMs = usedMs;
    const isOverdrawn = this.#budgetMs < 0;
    if (isOverdrawn !== this.#isStopped) this.#signal(root, members, isOverdrawn ? "SIGSTOP" : "SIGCONT");
    this.#isStopped = isOverdrawn;
    const untilEvenMs = isOverdrawn ? -this.#budgetMs / this.#share : this.#budgetMs / this.#cores;
    const intervalMs = Math.max(SHORTEST_INTERVAL_MS, Math.ceil(untilEvenMs));
    // What a tree that wakes up overdraws meanwhile it stands still for afterwards.
    this.#idleMs = isIdle ? Math.min(2 * Math.max(this.#idleMs, intervalMs), LONGEST_IDLE_INTERVAL_MS) : 0;
    return Math.max(intervalMs, this.#idleMs);
  }

  #signal(root: number, members: readonly MemberUsage[], signal: "SIGSTOP" | "SIGCONT"): void {
    signalGroup(root, signal);
    for (const { pid, groupId } of members) {
      if (groupId === root) continue;
      try {
        process.kill(pid, signal);
      } catch {
        // Gone since the look.
      }
    }
  }
}
