import { metrics, propagation, trace } from "@opentelemetry/api";
import type {
  CallFacts,
  CallSpan,
  DeathFacts,
  IsolateGauges,
  StartFacts,
  Telemetry,
  TraceContext,
} from "../../telemetry/index.js";
import { CallMetrics } from "./call-metrics.js";
import { CallTracer, UNTRACED } from "./call-tracer.js";
import { IsolateMetrics } from "./isolate-metrics.js";
import { ObservedCall } from "./observed-call.js";
import {
  type OpenTelemetryOptions,
  type ResolvedOpenTelemetryOptions,
  resolveOpenTelemetryOptions,
} from "./options.js";
import { SCOPE, VERSION } from "./scope.js";
import { StartSpans } from "./start-spans.js";

/**
 * Telemetry by OpenTelemetry, for the option `telemetry` of isolators, pools and kernels: a span for every call and every start of a
 * process, metrics of calls, processes and queues, and the context that a call is made in crosses into the isolate, so that
 * spans that code there makes are children of the caller's.
 *
 * @throws IsolationError INVALID_OPTION
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  return new OpenTelemetry(resolveOpenTelemetryOptions(options));
}

class OpenTelemetry implements Telemetry {
  readonly #tracer: CallTracer;
  readonly #starts: StartSpans | undefined;
  readonly #calls: CallMetrics | undefined;
  readonly #isolates: IsolateMetrics | undefined;

  constructor({ tracerProvider, meterProvider, propagator, ...own }: ResolvedOpenTelemetryOptions) {
    const tracer = own.spans ? (tracerProvider ?? trace).getTracer(SCOPE, VERSION) : undefined;
    this.#tracer = new CallTracer(tracer, propagator ?? propagation, own.roots);
    this.#starts = tracer === undefined ? undefined : new StartSpans(tracer);
    const meter = own.metrics ? (meterProvider ?? metrics).getMeter(SCOPE, VERSION) : undefined;
    this.#calls = meter === undefined ? undefined : new CallMetrics(meter);
    this.#isolates = meter === undefined ? undefined : new IsolateMetrics(meter);
  }

  call(facts: CallFacts, given: TraceContext | undefined): CallSpan | undefined {
    const traced = this.#tracer.begin(facts, given);
    if (traced === UNTRACED && this.#calls === undefined) return undefined;
    return new ObservedCall(facts, traced, this.#calls);
  }

  start(facts: StartFacts): ReturnType<NonNullable<Telemetry["start"]>> {
    const startedAt = performance.now();
    const tellSpan = this.#starts?.start(facts);
    return {
      end: (outcome) => {
        tellSpan?.(outcome);
        this.#isolates?.started(facts, performance.now() - startedAt, outcome.failed);
      },
    };
  }

  death(facts: DeathFacts): void {
    this.#starts?.died(facts);
    this.#isolates?.died(facts);
  }

  watch(isolate: IsolateGauges): () => void {
    const forget = this.#isolates?.watch(isolate);
    return () => {
      this.#starts?.gone(isolate);
      forget?.();
    };
  }
}
