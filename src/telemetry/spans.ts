import { report } from "./guard.js";
import type { CallFacts, CallOutcome, CallSpan, HandedFacts, Telemetry, TraceContext } from "./telemetry.js";

/**
 * The span of one call, told of what happens to it. Nothing that it throws gets out. Functions rather than an object around
 * it: one more for every call would be a third of what counting a call costs.
 */
export function traceOf(span: CallSpan): TraceContext | undefined {
  try {
    return span.trace;
  } catch (error) {
    report(error);
    return undefined;
  }
}

export function tellQueued(span: CallSpan): void {
  try {
    span.queued?.();
  } catch (error) {
    report(error);
  }
}

export function tellBegan(span: CallSpan, facts: HandedFacts): void {
  try {
    span.began?.(facts);
  } catch (error) {
    report(error);
  }
}

export function tellEnd(span: CallSpan, outcome: CallOutcome): void {
  try {
    span.end(outcome);
  } catch (error) {
    report(error);
  }
}

/** The spans of one call, of several who listen. */
class CallSpans implements CallSpan {
  // Not `#private`: one is made for every call.
  private readonly spans: readonly CallSpan[];

  constructor(spans: readonly CallSpan[]) {
    this.spans = spans;
  }

  get trace(): TraceContext | undefined {
    let merged: TraceContext | undefined;
    for (const span of this.spans) {
      const trace = traceOf(span);
      if (trace !== undefined) merged = merged === undefined ? trace : { ...merged, ...trace };
    }
    return merged;
  }

  queued(): void {
    for (const span of this.spans) tellQueued(span);
  }

  began(facts: HandedFacts): void {
    for (const span of this.spans) tellBegan(span, facts);
  }

  end(outcome: CallOutcome): void {
    for (const span of this.spans) tellEnd(span, outcome);
  }
}

/** What these make of a call; undefined where none of them wants to know of it. */
export function callSpan(
  listening: readonly Telemetry[],
  facts: CallFacts,
  trace: TraceContext | undefined,
): CallSpan | undefined {
  let first: CallSpan | undefined;
  let all: CallSpan[] | undefined;
  for (const telemetry of listening) {
    try {
      const span = telemetry.call?.(facts, trace);
      if (span === undefined) continue;
      if (first === undefined) first = span;
      else if (all === undefined) all = [first, span];
      else all.push(span);
    } catch (error) {
      report(error);
    }
  }
  return all === undefined ? first : new CallSpans(all);
}
