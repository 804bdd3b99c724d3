import type { BatchObservableResult, Counter, Histogram, Meter, Observable } from "@opentelemetry/api";
import type { DeathFacts, IsolateGauges, StartFacts } from "../../telemetry/index.js";
import { identityAttributes } from "./attributes.js";

/** The metrics of isolates and their processes. */
export class IsolateMetrics {
  readonly #meter: Meter;
  readonly #isolates = new Set<IsolateGauges>();
  readonly #starts: Histogram;
  readonly #deaths: Counter;
  readonly #restarts: Counter;
  readonly #observed: ReturnType<typeof observed>;
  readonly #observe = (result: BatchObservableResult): void => {
    for (const isolate of this.#isolates) this.#look(isolate, result);
  };

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#starts = meter.createHistogram("process_isolation.start.duration", {
      description: "How long processes took until they took calls.",
      unit: "s",
    });
    this.#deaths = meter.createCounter("process_isolation.deaths", {
      description: "Processes that have ended, by reason.",
      unit: "{process}",
    });
    this.#restarts = meter.createCounter("process_isolation.restarts", {
      description: "Processes that were replaced, by reason.",
      unit: "{process}",
    });
    this.#observed = observed(meter);
  }

  /** The isolate is there until the result is called. */
  watch(isolate: IsolateGauges): () => void {
    const instruments: Observable[] = Object.values(this.#observed);
    if (this.#isolates.size === 0) this.#meter.addBatchObservableCallback(this.#observe, instruments);
    this.#isolates.add(isolate);
    return () => {
      this.#isolates.delete(isolate);
      if (this.#isolates.size === 0) this.#meter.removeBatchObservableCallback(this.#observe, instruments);
    };
  }

  /** @param ms that it took */
  started(facts: StartFacts, ms: number, failed: boolean): void {
    const { reason } = facts;
    const attributes = { ...identityAttributes(facts), "process_isolation.start.reason": reason };
    this.#starts.record(ms / 1_000, failed ? { ...attributes, "error.type": "START_FAILED" } : attributes);
    if (!failed && (reason === "restart" || reason === "recycle")) this.#restarts.add(1, attributes);
  }

  died(facts: DeathFacts): void {
    this.#deaths.add(1, { ...identityAttributes(facts), "process_isolation.exit.reason": facts.reason });
  }

  #look(isolate: IsolateGauges, result: BatchObservableResult): void {
    const { queued, inFlight, up, generation, rssBytes, cpuSeconds } = isolate.read();
    const attributes = identityAttributes(isolate);
    const of = this.#observed;
    result.observe(of.queued, queued, attributes);
    result.observe(of.inFlight, inFlight, attributes);
    result.observe(of.up, up ? 1 : 0, attributes);
    result.observe(of.generation, generation, attributes);
    if (rssBytes !== undefined) result.observe(of.memory, rssBytes, attributes);
    result.observe(of.cpu, cpuSeconds, attributes);
  }
}

function observed(meter: Meter) {
  return {
    queued: meter.createObservableUpDownCounter("process_isolation.queue.length", {
      description: "Calls that wait.",
      unit: "{call}",
    }),
    inFlight: meter.createObservableUpDownCounter("process_isolation.calls.in_flight", {
      description: "Calls that run.",
      unit: "{call}",
    }),
    up: meter.createObservableGauge("process_isolation.up", {
      description: "1 where a process takes calls, else 0.",
    }),
    generation: meter.createObservableGauge("process_isolation.generation", {
      description: "The number of the present process, from 1.",
    }),
    memory: meter.createObservableUpDownCounter("process.memory.usage", {
      description: "Resident memory of the isolate's process.",
      unit: "By",
    }),
    cpu: meter.createObservableCounter("process.cpu.time", {
      description: "Processor time of the isolate's processes.",
      unit: "s",
    }),
  };
}
