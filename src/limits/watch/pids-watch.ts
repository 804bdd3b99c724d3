import type { Guard, GuardedProcess } from "../guard.js";
import { Repeated } from "../repeated.js";
import { treeUsage } from "./tree-usage.linux.js";

const INTERVAL_MS = 50;

/** Ends a tree that has more processes and threads than it may; it cannot refuse them as the kernel does. */
export class PidsWatch implements Guard {
  readonly #count: number;
  #poll: Repeated | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  started(process: GuardedProcess): void {
    this.#poll = new Repeated(() => {
      const observed = treeUsage(process.pid).reduce((sum, { threads }) => sum + threads, 0);
      if (observed > this.#count) {
        process.end({ reason: "pids-limit", limit: "pids", bound: this.#count, observed });
      }
      return INTERVAL_MS;
    });
  }

  ended(): void {
    this.#poll?.stop();
  }
}
