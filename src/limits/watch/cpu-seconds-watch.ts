import { endedBy } from "../exit-facts.js";
import type { Guard, GuardedProcess, LimitedExit, LimitVerdict } from "../guard.js";
import { Repeated } from "../repeated.js";
import { totalCpuMs, treeUsage } from "./tree-usage.linux.js";

const SHORTEST_INTERVAL_MS = 50;
const LONGEST_INTERVAL_MS = 1_000;

/**
 * Ends a tree that has used up its processor time. The kernel's own limit, where it is set, counts each process for
 * itself and ends it with SIGXCPU.
 */
export class CpuSecondsWatch implements Guard {
  readonly #seconds: number;
  readonly #cores: number;
  #poll: Repeated | undefined;
  #usedMs = 0;

  /** @param cores how many seconds a tree can use up in one */
  constructor(seconds: number, cores: number) {
    this.#seconds = seconds;
    this.#cores = cores;
  }

  started(process: GuardedProcess): void {
    this.#poll = new Repeated(async () => {
      this.#usedMs = Math.max(this.#usedMs, totalCpuMs(await treeUsage(process.pid)));
      const leftMs = this.#seconds * 1_000 - this.#usedMs;
      if (leftMs <= 0) process.end(this.#toVerdict());
      return Math.min(Math.max(leftMs / this.#cores, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS);
    });
  }

  ended(): void {
    this.#poll?.stop();
  }

  verdict(exit: LimitedExit): LimitVerdict | undefined {
    return endedBy("SIGXCPU", exit) ? this.#toVerdict() : undefined;
  }

  #toVerdict(): LimitVerdict {
    const observed = Math.max(this.#usedMs / 1_000, this.#seconds);
    return { reason: "cpu-limit", limit: "cpuSeconds", bound: this.#seconds, observed };
  }
}
