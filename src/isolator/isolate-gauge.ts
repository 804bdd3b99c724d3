import { processUsage } from "../platform/index.js";
import type { Generation } from "../supervision/index.js";
import type { IsolateReading } from "../telemetry/index.js";
import type { CallTable } from "./call-table.js";
import type { IsolateFacts } from "./isolate-facts.js";

/** What is read of an isolate while it runs. */
export class IsolateGauge {
  readonly #facts: IsolateFacts;
  readonly #calls: CallTable;
  readonly #present: () => Generation | undefined;
  /** Processor time of the processes that are gone, as it was read last. */
  #cpuBefore = 0;
  #cpu: { readonly of: Generation; readonly seconds: number } | undefined;

  constructor(facts: IsolateFacts, calls: CallTable, present: () => Generation | undefined) {
    this.#facts = facts;
    this.#calls = calls;
    this.#present = present;
  }

  read(): IsolateReading {
    const { generation, last, restarts } = this.#facts;
    const live = this.#present();
    const pid = live?.process.innerPid;
    const usage = pid === undefined ? undefined : processUsage(pid);
    return {
      up: live !== undefined,
      generation,
      pid: last?.pid ?? 0,
      queued: this.#calls.waiting,
      inFlight: this.#calls.running,
      restarts,
      uptimeMs: live === undefined ? undefined : performance.now() - live.startedAt,
      rssBytes: usage?.rssBytes,
      cpuSeconds: this.#cpuWith(live, usage?.cpuSeconds),
    };
  }

  #cpuWith(live: Generation | undefined, seconds: number | undefined): number {
    if (this.#cpu !== undefined && this.#cpu.of !== live) {
      this.#cpuBefore += this.#cpu.seconds;
      this.#cpu = undefined;
    }
    if (live !== undefined && seconds !== undefined) this.#cpu = { of: live, seconds };
    return this.#cpuBefore + (this.#cpu?.seconds ?? 0);
  }
}
