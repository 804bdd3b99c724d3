import type { Attributes, Histogram, Meter } from "@opentelemetry/api";
import {
  BoundedNames,
  type CallFacts,
  type CallOutcome,
  failureKindOf,
  isUnknownMethod,
  OTHER,
} from "../../telemetry/index.js";
import { errorLabel, identityAttributes, rpcAttributes } from "./attributes.js";

/** Methods of one isolate that have metrics of their own. */
const METHODS = 100;

/** In seconds: a small call takes a tenth of a millisecond. */
const BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of calls. */
export class CallMetrics {
  readonly #duration: Histogram;
  readonly #queue: Histogram;
  readonly #methods = new BoundedNames(METHODS);
  /** Of calls that succeed: by far the most, and always the same. */
  readonly #succeeded = new WeakMap<CallFacts, Attributes>();

  constructor(meter: Meter) {
    const advice = { explicitBucketBoundaries: BUCKETS };
    this.#duration = meter.createHistogram("rpc.client.call.duration", {
      description: "How long calls took, from the moment when they were made.",
      unit: "s",
      advice,
    });
    this.#queue = meter.createHistogram("process_isolation.queue.duration", {
      description: "How long calls waited that had to.",
      unit: "s",
      advice,
    });
  }

  /** @param ms that it took */
  settled(facts: CallFacts, ms: number, outcome: CallOutcome): void {
    this.#duration.record(ms / 1_000, outcome.failed ? this.#failed(facts, outcome.error) : this.#well(facts));
  }

  /** @param ms that it waited */
  waited(facts: CallFacts, ms: number): void {
    this.#queue.record(ms / 1_000, identityAttributes(facts));
  }

  #well(facts: CallFacts): Attributes {
    let known = this.#succeeded.get(facts);
    if (known === undefined) {
      known = this.#attributes(facts, this.#methods.in(facts.isolate, facts.method));
      this.#succeeded.set(facts, known);
    }
    return known;
  }

  #failed(facts: CallFacts, error: unknown): Attributes {
    const isUnknown = isUnknownMethod(failureKindOf(error));
    const method = isUnknown ? OTHER : this.#methods.in(facts.isolate, facts.method);
    return { ...this.#attributes(facts, method), "error.type": errorLabel(error) };
  }

  #attributes(facts: CallFacts, method: string): Attributes {
    return {
      ...rpcAttributes(facts.isolate, method),
      ...(facts.kernel === undefined ? {} : { "process_isolation.kernel": facts.kernel }),
      "process_isolation.caller.kind": facts.kind,
    };
  }
}
