import { report } from "./guard.js";
import type { CallFacts, CallOutcome, CallSpan, HandedFacts, Telemetry, TraceContext } from "./telemetry.js";

/** The spans of one call, of all who listen. Nothing that they throw gets out. */
export class CallSpans implements CallSpan {
  // Not `#private`: one is made for every call.
  private readonly spans: readonly CallSpan[];

  constructor(spans: readonly CallSpan[]) {
    this.spans = spans;
  }

  get trace(): TraceContext | undefined {
    let merged: TraceContext | undefined;
    for (const span of this.spans) {
      try {
        const { trace } = span;
        if (trace !== undefined) merged = merged === undefined ? trace : { ...merged, ...trace };
      } catch (error) {
        report(error);
      }
    }
    return merged;
  }

  queued(): void {
    for (const span of this.spans) {
      try {
        span.queued?.();
      } catch (error) {
        report(error);
      }
    }
  }

  began(facts: HandedFacts): void {
    for (const span of this.spans) {
      try {
        span.began?.(facts);
      } catch (error) {
        report(error);
      }
    }
  }

  end(outcome: CallOutcome): void {
    for (const span of this.spans) {
      try {
        span.end(outcome);
      } catch (error) {
        report(error);
      }
    }
  }
}

/** What these make of a call; undefined where none of them wants to know of it. */
export function callSpans(
  listening: readonly Telemetry[],
  facts: CallFacts,
  trace: TraceContext | undefined,
): CallSpans | undefined {
  let spans: CallSpan[] | undefined;
  for (const telemetry of listening) {
    try {
      const span = telemetry.call?.(facts, trace);
      if (span === undefined) continue;
      if (spans === undefined) spans = [span];
      else spans.push(span);
    } catch (error) {
      report(error);
    }
  }
  return spans === undefined ? undefined : new CallSpans(spans);
}
