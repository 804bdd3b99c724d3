/** The public face. */

export type { Remote, RemoteObject, RemoteStream } from "../inside/index.js";
export { Call } from "./call.js";
export { type CallPlace, CallTable } from "./call-table.js";
export { CallTargets } from "./call-targets.js";
export { emitApart } from "./emit-apart.js";
export type { GenerationFacts, IsolatorEventSource, IsolatorEvents, OutputEvent } from "./events.js";
export { toExitCode } from "./exit-host.js";
export type { IsolateExtension } from "./extension.js";
export { type ForwardedCall, forwardCall } from "./forwarded-calls.js";
export type { GenerationContext, OnGeneration } from "./generation-context.js";
export type { HostStatus, IsolatorState } from "./host-status.js";
export { type Isolate, isolate } from "./isolate.js";
export type { RecycleFacts } from "./isolate-core.js";
export { type ExtendedIsolator, ProcessIsolator, startExtended } from "./isolator.js";
export { keepAlive } from "./keep-alive.js";
export { type LiveRecord, listLive } from "./live-record.js";
export { type BoundCall, type CallTaker, ModuleCalls } from "./module-calls.js";
export { moduleName } from "./module-name.js";
export type {
  BudgetOptions,
  CallOptions,
  IsolationOptions,
  LogFileOptions,
  LogLevel,
  OnCrash,
  OutputOption,
  RecycleOptions,
  RestartOptions,
  ShutdownOptions,
  TerminateOptions,
  WaitOptions,
} from "./options/index.js";
export { DEFAULT_MAX_IN_FLIGHT, defaultLifecycle, resolveOptions } from "./options/index.js";
export { createRemote } from "./remote.js";
