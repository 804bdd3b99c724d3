import { BoundedNames, failureKindOf, isUnknownMethod, OTHER } from "../bounded-names.js";
import type {
  CallFacts,
  CallOutcome,
  CallSpan,
  DeathFacts,
  IsolateGauges,
  IsolateIdentity,
  StartFacts,
  StartSpan,
  Telemetry,
} from "../telemetry.js";
import { familiesOf } from "./families.js";
import type { MetricFamily } from "./family.js";
import { type CallSeries, IsolateSeries } from "./isolate-series.js";
import type { ResolvedPrometheusOptions } from "./options.js";

/** Methods of one isolate that are counted by their names. */
const METHODS = 50;
const METHOD_LENGTH = 120;

/** Isolates that are gone and still counted: those that come and go under ever new names would else fill the memory. */
const GONE_AT_MOST = 100;

/**
 * Counts what happens, in the host's own memory: a registry of prom-client is asked for nothing before somebody reads, so that a
 * call costs no more than a few numbers.
 */
export class PrometheusTelemetry implements Telemetry {
  readonly families: readonly MetricFamily[];
  readonly #options: ResolvedPrometheusOptions;
  readonly #isolates = new Map<string, IsolateSeries>();
  readonly #series = new WeakMap<CallFacts, CallSeries>();
  readonly #methods = new BoundedNames(METHODS);

  constructor(options: ResolvedPrometheusOptions) {
    this.#options = options;
    this.families = familiesOf(options, () => [...this.#isolates.values()]);
  }

  /** It is shown before there is anything of it. */
  expect(isolate: IsolateIdentity): void {
    this.#of(isolate);
  }

  call(facts: CallFacts): CallSpan {
    let series = this.#series.get(facts);
    if (series === undefined) {
      series = { facts, isolate: this.#of(facts), succeeded: undefined };
      this.#series.set(facts, series);
    }
    return new CountedCall(this, series);
  }

  start({ reason, ...identity }: StartFacts): StartSpan {
    const series = this.#of(identity);
    return {
      end: ({ failed }) => {
        if (failed) series.startFailures += 1;
        else if (reason === "restart") increment(series.restarts, series.lastDeath);
        else if (reason === "recycle") increment(series.restarts, reason);
      },
    };
  }

  death(facts: DeathFacts): void {
    const series = this.#of(facts);
    increment(series.deaths, facts.reason);
    series.lastDeath = facts.reason;
  }

  watch(gauges: IsolateGauges): () => void {
    const forget = this.#of(gauges).watch(gauges);
    return () => {
      forget();
      this.#dropGone();
    };
  }

  /** @param seconds that it took */
  settled(series: CallSeries, seconds: number, outcome: CallOutcome): void {
    const { isolate } = series;
    isolate.durations.add(seconds);
    if (outcome.failed) {
      const kind = failureKindOf(outcome.error);
      isolate.countOf(isUnknownMethod(kind) ? OTHER : this.#methodOf(series.facts), kind).value += 1;
      return;
    }
    series.succeeded ??= isolate.countOf(this.#methodOf(series.facts), "ok");
    series.succeeded.value += 1;
  }

  #methodOf(facts: CallFacts): string {
    if (!this.#options.methods) return "";
    return this.#methods.in(keyOf(facts), facts.method.slice(0, METHOD_LENGTH));
  }

  #of(identity: IsolateIdentity): IsolateSeries {
    const key = keyOf(identity);
    let series = this.#isolates.get(key);
    if (series === undefined) {
      series = new IsolateSeries(identity, this.#options.buckets);
      this.#isolates.set(key, series);
    }
    return series;
  }

  #dropGone(): void {
    const gone = [...this.#isolates].filter(([, series]) => !series.isThere && series.labels.kernel === undefined);
    for (const [key] of gone.slice(0, Math.max(0, gone.length - GONE_AT_MOST))) {
      this.#isolates.delete(key);
      this.#methods.forget(key);
    }
  }
}

/** One call while it is under way. */
class CountedCall implements CallSpan {
  // Not `#private`: one is made for every call.
  private readonly telemetry: PrometheusTelemetry;
  private readonly series: CallSeries;
  private readonly startedAt = performance.now();
  private queuedAt = 0;

  constructor(telemetry: PrometheusTelemetry, series: CallSeries) {
    this.telemetry = telemetry;
    this.series = series;
  }

  queued(): void {
    this.queuedAt = performance.now();
  }

  began(): void {
    if (this.queuedAt === 0) return;
    this.series.isolate.waits.add((performance.now() - this.queuedAt) / 1_000);
    this.queuedAt = 0;
  }

  end(outcome: CallOutcome): void {
    this.telemetry.settled(this.series, (performance.now() - this.startedAt) / 1_000, outcome);
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function keyOf({ kernel = "", isolate }: IsolateIdentity): string {
  return `${kernel}/${isolate}`;
}
