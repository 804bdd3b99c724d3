import { readFileSync } from "node:fs";
import type { Guard, GuardedProcess } from "../guard.js";
import { Repeated } from "../repeated.js";
import { treeUsage } from "./tree-usage.linux.js";

/** A fork bomb doubles within milliseconds, and each of its processes takes time from this host. */
const INTERVAL_MS = 10;
const LONGEST_TRUST_MS = 250;

/** Ends a tree that has more processes and threads than it may; it cannot refuse them as the kernel does. */
export class PidsWatch implements Guard {
  readonly #count: number;
  #hasEnded = false;
  #poll: Repeated | undefined;
  /** The last count of the tree, with what the system had at that time. */
  #last = { at: Number.NEGATIVE_INFINITY, tree: 0, system: 0 };

  constructor(count: number) {
    this.#count = count;
  }

  started(process: GuardedProcess): void {
    this.#poll = new Repeated(async () => {
      if (this.#mayHavePassed()) await this.#look(process);
      return INTERVAL_MS;
    });
  }

  ended(): void {
    this.#hasEnded = true;
    this.#poll?.stop();
  }

  /** One number says how many threads the whole system has: while it does not grow, no tree needs to be counted. */
  #mayHavePassed(): boolean {
    const { at, tree, system } = this.#last;
    const grownBy = systemThreads() - system;
    return performance.now() - at > LONGEST_TRUST_MS || grownBy > (this.#count - tree) / 2;
  }

  async #look(process: GuardedProcess): Promise<void> {
    const system = systemThreads();
    const tree = (await treeUsage(process.pid)).reduce((sum, { threads }) => sum + threads, 0);
    if (this.#hasEnded) return;
    this.#last = { at: performance.now(), tree, system };
    if (tree > this.#count) {
      process.end({ reason: "pids-limit", limit: "pids", bound: this.#count, observed: tree });
    }
  }
}

/** From `/proc/loadavg`: `0.20 0.18 0.12 RUNNABLE/ALL NEWEST`. */
function systemThreads(): number {
  try {
    return Number(readFileSync("/proc/loadavg", "latin1").split(/[ /]/)[4]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
