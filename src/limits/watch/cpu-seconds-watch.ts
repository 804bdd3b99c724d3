import { endedBy } from "../exit-facts.js";
import type { Guard, GuardedProcess, LimitedExit, LimitVerdict } from "../guard.js";
import { Repeated } from "../repeated.js";
import { TreeUsage, totalCpuMs } from "./tree-usage.linux.js";

const SHORTEST_INTERVAL_MS = 10;
const LONGEST_INTERVAL_MS = 1_000;
/** What a busy host may be late by. */
const LONGEST_UNSEEN_MS = 2 * LONGEST_INTERVAL_MS;
/** Before the seconds can be used up. */
const LOOKS = 4;
/** The kernel's own limit goes by whole ticks, and so may come this much early by its exact account. */
const LEAST_SHARE = 0.7;

/**
 * Ends a tree that has used up its processor time. The kernel's own limit, where it is set, counts each process for
 * itself and ends it with SIGXCPU.
 */
export class CpuSecondsWatch implements Guard {
  readonly #seconds: number;
  readonly #cores: number;
  #poll: Repeated | undefined;
  #usage: TreeUsage | undefined;
  #intervalMs = 0;
  #endedAt: number | undefined;
  #usedMs = 0;
  #lookedAt = 0;

  /** @param cores how many seconds a tree can use up in one */
  constructor(seconds: number, cores: number) {
    this.#seconds = seconds;
    this.#cores = cores;
  }

  started(process: GuardedProcess): void {
    const usage = new TreeUsage(process.pid);
    this.#usage = usage;
    this.#poll = new Repeated(async () => {
      this.#usedMs = Math.max(this.#usedMs, totalCpuMs(await usage.look(this.#intervalMs / 2)));
      this.#lookedAt = performance.now();
      const leftMs = this.#seconds * 1_000 - this.#usedMs;
      if (leftMs <= 0) process.end(this.#toVerdict());
      this.#intervalMs = Math.min(Math.max(leftMs / this.#cores / LOOKS, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS);
      return this.#intervalMs;
    });
  }

  ended(): void {
    this.#poll?.stop();
    this.#usage?.close();
    this.#endedAt ??= performance.now();
  }

  /** Anybody can send the signal, and any code exit as if it had come: it counts where the seconds can have been used. */
  verdict(exit: LimitedExit): LimitVerdict | undefined {
    const sinceMs = (this.#endedAt ?? performance.now()) - this.#lookedAt;
    const mostMs = this.#usedMs + Math.min(sinceMs, LONGEST_UNSEEN_MS) * this.#cores;
    return endedBy("SIGXCPU", exit) && mostMs >= this.#seconds * 1_000 * LEAST_SHARE ? this.#toVerdict() : undefined;
  }

  #toVerdict(): LimitVerdict {
    const used = this.#usedMs / 1_000;
    const observed = used >= this.#seconds ? used : undefined;
    return { reason: "cpu-limit", limit: "cpuSeconds", bound: this.#seconds, observed };
  }
}
