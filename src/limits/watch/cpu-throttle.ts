import { signalGroup } from "../../platform/process-group.posix.js";
import type { Guard, GuardedProcess } from "../guard.js";
import { Repeated } from "../repeated.js";
import { type MemberUsage, totalCpuMs, treeUsage } from "./tree-usage.linux.js";

/** What may be used at once after a rest, in milliseconds of real time. */
const BURST_MS = 50;
const SHORTEST_INTERVAL_MS = 5;

/**
 * Stops and continues a tree so that it gets its share of processor time: a budget grows with time and shrinks by what
 * is used, and the tree stands still while it is overdrawn.
 */
export class CpuThrottle implements Guard {
  readonly #share: number;
  readonly #cores: number;
  #process: GuardedProcess | undefined;
  #loop: Repeated | undefined;
  #budgetMs = 0;
  #usedMs = 0;
  /** When usage was last seen; undefined before the first look, from which on it counts. */
  #at: number | undefined;
  #hasEnded = false;
  #isStopped = false;

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
    this.#loop = new Repeated(() => this.#adjust(process.pid));
  }

  ended(): void {
    this.#hasEnded = true;
    this.#loop?.stop();
  }

  /** Answers with the milliseconds until the balance has to be looked at again. */
  async #adjust(root: number): Promise<number> {
    const members = await treeUsage(root);
    // Gone: its pid may belong to somebody else by the next look.
    if (members.length === 0 || this.#hasEnded) return BURST_MS;
    const now = performance.now();
    const usedMs = Math.max(this.#usedMs, totalCpuMs(members));
    if (this.#at === undefined) this.#usedMs = usedMs;
    const earnedMs = (now - (this.#at ?? now)) * this.#share - (usedMs - this.#usedMs);
    this.#budgetMs = Math.min(this.#budgetMs + earnedMs, BURST_MS * this.#share);
    this.#at = now;
    this.#usedMs = usedMs;
    const isOverdrawn = this.#budgetMs < 0;
    if (isOverdrawn !== this.#isStopped) this.#signal(root, members, isOverdrawn ? "SIGSTOP" : "SIGCONT");
    this.#isStopped = isOverdrawn;
    const untilEvenMs = isOverdrawn ? -this.#budgetMs / this.#share : this.#budgetMs / this.#cores;
    return Math.max(SHORTEST_INTERVAL_MS, Math.ceil(untilEvenMs));
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
