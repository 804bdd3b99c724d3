import type { Guard, GuardedProcess } from "../guard.js";
import { Repeated } from "../repeated.js";
import { systemThreads } from "./load-average.linux.js";
import { TreeUsage } from "./tree-usage.linux.js";

/** A fork bomb doubles within milliseconds, and each of its processes takes time from this host. */
const INTERVAL_MS = 10;
const LONGEST_TRUST_MS = 250;

/** One timer for all: each of them asks the same question, and nearly always has the same answer. */
const watches = new Set<PidsWatch>();
let ticker: Repeated | undefined;

/** Ends a tree that has more processes and threads than it may; it cannot refuse them as the kernel does. */
export class PidsWatch implements Guard {
  readonly #count: number;
  #process: GuardedProcess | undefined;
  #usage: TreeUsage | undefined;
  #isLooking = false;
  /** The last count of the tree, with what the system had at that time. */
  #last = { at: Number.NEGATIVE_INFINITY, tree: 0, system: 0 };

  constructor(count: number) {
    this.#count = count;
  }

  started(process: GuardedProcess): void {
    this.#process = process;
    this.#usage = new TreeUsage(process.pid);
    watches.add(this);
    ticker ??= new Repeated(() => {
      const threads = systemThreads();
      for (const watch of watches) watch.tick(threads);
      return INTERVAL_MS;
    });
  }

  ended(): void {
    this.#process = undefined;
    this.#usage?.close();
    watches.delete(this);
    if (watches.size > 0) return;
    ticker?.stop();
    ticker = undefined;
  }

  /** @param system how many threads the whole system has: while it does not grow, no tree needs to be counted */
  tick(system: number): void {
    const { at, tree } = this.#last;
    const mayHavePassed =
      performance.now() - at > LONGEST_TRUST_MS || system - this.#last.system > (this.#count - tree) / 2;
    if (mayHavePassed && !this.#isLooking) void this.#look(system);
  }

  async #look(system: number): Promise<void> {
    this.#isLooking = true;
    const members = (await this.#usage?.look()) ?? [];
    this.#isLooking = false;
    const process = this.#process;
    if (process === undefined) return;
    const tree = members.reduce((sum, { threads }) => sum + threads, 0);
    this.#last = { at: performance.now(), tree, system };
    if (tree > this.#count) {
      process.end({ reason: "pids-limit", limit: "pids", bound: this.#count, observed: tree });
    }
  }
}
