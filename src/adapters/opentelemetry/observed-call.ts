import { type Span, SpanStatusCode } from "@opentelemetry/api";
import type { CallFacts, CallOutcome, CallSpan, HandedFacts, TraceContext } from "../../telemetry/index.js";
import { deathAttributes, errorType, toException } from "./attributes.js";
import type { CallMetrics } from "./call-metrics.js";
import type { TracedCall } from "./call-tracer.js";

/** One call, as OpenTelemetry hears of it. */
export class ObservedCall implements CallSpan {
  readonly trace: TraceContext | undefined;
  // Not `#private`: one is made for every call.
  private readonly facts: CallFacts;
  private readonly span: Span | undefined;
  private readonly metrics: CallMetrics | undefined;
  private readonly startedAt: number;
  private queuedAt: number | undefined = undefined;
  private handed: HandedFacts | undefined = undefined;

  constructor(facts: CallFacts, { span, carried }: TracedCall, metrics: CallMetrics | undefined) {
    this.facts = facts;
    this.trace = carried;
    this.span = span?.isRecording() === true ? span : undefined;
    this.metrics = metrics;
    this.startedAt = metrics === undefined ? 0 : performance.now();
  }

  queued(): void {
    this.queuedAt = performance.now();
    this.span?.addEvent("process_isolation.queued");
  }

  began(facts: HandedFacts): void {
    this.handed = facts;
    const { generation, attempt } = facts;
    if (this.queuedAt === undefined && attempt === 1) return;
    this.span?.addEvent("process_isolation.handed", {
      "process_isolation.generation": generation,
      "process_isolation.attempt": attempt,
    });
    if (this.queuedAt !== undefined) this.metrics?.waited(this.facts, performance.now() - this.queuedAt);
    this.queuedAt = undefined;
  }

  end(outcome: CallOutcome): void {
    this.metrics?.settled(this.facts, performance.now() - this.startedAt, outcome);
    const { span, handed } = this;
    if (span === undefined) return;
    if (handed !== undefined) {
      const { generation, pid, attempt } = handed;
      span.setAttribute("process_isolation.generation", generation);
      span.setAttribute("process_isolation.pid", pid);
      if (attempt > 1) span.setAttribute("process_isolation.attempts", attempt);
    }
    if (outcome.failed) recordFailure(span, outcome.error);
    span.end();
  }
}

/** The span has failed, and why. */
export function recordFailure(span: Span, error: unknown): void {
  const exception = toException(error);
  span.setAttributes({ "error.type": errorType(error), ...deathAttributes(error) });
  span.recordException(exception);
  const message = typeof exception === "string" ? exception : (exception.message ?? "");
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
