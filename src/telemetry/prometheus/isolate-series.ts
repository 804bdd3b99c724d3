import type { CallFacts, IsolateGauges, IsolateIdentity, IsolateReading } from "../telemetry.js";
import { DurationHistogram } from "./duration-histogram.js";

/** The numbers of one isolate, or of all isolators of its name. */
export class IsolateSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly durations: DurationHistogram;
  readonly waits: DurationHistogram;
  /** By method and outcome, with a separator that no outcome has. */
  readonly calls = new Map<string, CallCount>();
  readonly restarts = new Map<string, number>();
  readonly deaths = new Map<string, number>();
  startFailures = 0;
  /** Why its last process ended: a restart is for that reason. */
  lastDeath = "exit";
  readonly #gauges = new Set<IsolateGauges>();
  /** Processor time of isolators that are gone. */
  #cpuBefore = 0;

  constructor({ isolate, kernel }: IsolateIdentity, buckets: readonly number[]) {
    this.labels = Object.freeze({ ...(kernel === undefined ? {} : { kernel }), isolate });
    this.durations = new DurationHistogram(buckets);
    this.waits = new DurationHistogram(buckets);
  }

  /** Whether there is an isolator of it. */
  get isThere(): boolean {
    return this.#gauges.size > 0;
  }

  countOf(method: string, outcome: string): CallCount {
    const key = `${outcome} ${method}`;
    let count = this.calls.get(key);
    if (count === undefined) {
      count = { method, outcome, value: 0 };
      this.calls.set(key, count);
    }
    return count;
  }

  watch(gauges: IsolateGauges): () => void {
    this.#gauges.add(gauges);
    return () => {
      if (!this.#gauges.delete(gauges)) return;
      this.#cpuBefore += gauges.read().cpuSeconds;
    };
  }

  read(): IsolateSum {
    const readings = [...this.#gauges].map((gauges) => gauges.read());
    const sum = (of: (reading: IsolateReading) => number): number => readings.reduce((all, one) => all + of(one), 0);
    const rss = readings.map(({ rssBytes }) => rssBytes).filter((bytes) => bytes !== undefined);
    return {
      up: sum(({ up }) => Number(up)),
      generation: readings.at(-1)?.generation,
      queued: sum(({ queued }) => queued),
      inFlight: sum(({ inFlight }) => inFlight),
      rssBytes: rss.length === 0 ? undefined : rss.reduce((all, one) => all + one, 0),
      cpuSeconds: this.#cpuBefore + sum(({ cpuSeconds }) => cpuSeconds),
    };
  }
}

export interface CallCount {
  readonly method: string;
  readonly outcome: string;
  value: number;
}

/** What is read of all isolators of one name. */
export type IsolateSum = Pick<IsolateReading, "queued" | "inFlight" | "rssBytes" | "cpuSeconds"> & {
  /** How many processes take calls. */
  readonly up: number;
  /** Of the isolator that came last. */
  readonly generation: number | undefined;
};

/** What is worked out of the facts of a call once. */
export interface CallSeries {
  readonly facts: CallFacts;
  readonly isolate: IsolateSeries;
  /** Where calls that succeed are counted, once one has. */
  succeeded: CallCount | undefined;
}
