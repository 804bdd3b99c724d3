/** The public face. */

export type { Remote, RemoteObject, RemoteStream } from "../inside/index.js";
export { Call, type CallOwner, type CallPlace } from "./call.js";
export { CallMeter, durationOf } from "./call-meter.js";
export { CallQueue } from "./call-queue.js";
export { type CallsMeasured, CallTable } from "./call-table.js";
export { CallTargets } from "./call-targets.js";
export { downError } from "./down-errors.js";
export { emitApart } from "./emit-apart.js";
export type { EventSink } from "./event-publisher.js";
export type { GenerationFacts, IsolatorEventSource, IsolatorEvents, OutputEvent } from "./events.js";
export { toExitCode } from "./exit-host.js";
export type { IsolateExtension } from "./extension.js";
export { type AskedCall, type ForwardedTarget, forwardCall, forwardedTarget } from "./forwarded-calls.js";
export type { GenerationContext, OnGeneration } from "./generation-context.js";
export type { HostStatus, IsolatorState } from "./host-status.js";
export { forModule, type Isolate, isolate } from "./isolate.js";
export type { IsolateCore, RecycleFacts } from "./isolate-core.js";
export { IsolateData } from "./isolate-data.js";
export { IsolateTelemetry } from "./isolate-telemetry.js";
export { type ExtendedIsolator, makeExtended, ProcessIsolator, startExtended } from "./isolator.js";
export { keepAlive } from "./keep-alive.js";
export { type LiveRecord, listLive } from "./live-record.js";
export { logEvents } from "./log-events.js";
export { type BoundCall, type CallTaker, ModuleCalls } from "./module-calls.js";
export { moduleName } from "./module-name.js";
export type {
  BudgetOptions,
  CallOptions,
  InProcessOption,
  IsolationOptions,
  LogFileOptions,
  LogLevel,
  OnCrash,
  OutputOption,
  RecordOptions,
  RecycleOptions,
  ResolvedOptions,
  RestartOptions,
  ShutdownOptions,
  TerminateOptions,
  WaitOptions,
} from "./options/index.js";
export {
  anAbortSignal,
  aString,
  CALL_OPTION_NAMES,
  DEFAULT_MAX_IN_FLIGHT,
  defaultLifecycle,
  ISOLATION_OPTION_NAMES,
  milliseconds,
  resolveOptions,
  resolveShutdownOptions,
  resolveTerminateOptions,
  wholeNumberOrInfinity,
} from "./options/index.js";
export { Outputs } from "./outputs.js";
export { ReadyGate } from "./ready-gate.js";
export { toTheEnd } from "./reaper-end.js";
export { createRemote } from "./remote.js";
