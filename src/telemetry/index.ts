/** Who hears of calls and processes: a small port, silent where nobody listens. */
export { BoundedNames, type FailureKind, failureKindOf, isUnknownMethod, OTHER } from "./bounded-names.js";
export { guarded, report } from "./guard.js";
export { resolveTelemetry } from "./option.js";
export { callSpan, tellBegan, tellEnd, tellQueued, traceOf } from "./spans.js";
export type {
  CallFacts,
  CallKind,
  CallOutcome,
  CallSpan,
  DeathFacts,
  HandedFacts,
  IsolateGauges,
  IsolateIdentity,
  IsolateReading,
  StartFacts,
  StartOutcome,
  StartReason,
  StartSpan,
  Telemetry,
  TraceContext,
} from "./telemetry.js";
