export { type ErrorClassOptions, type ErrorFields, registerErrorClass } from "./codec/index.js";
export type { ModuleExport } from "./contract/index.js";
export {
  ERROR_CODES,
  type ExitReason,
  IsolationError,
  type IsolationErrorCode,
  type IsolationFacts,
} from "./errors/index.js";
export { keep, type Live, remote } from "./inside/index.js";
export {
  type BudgetOptions,
  type CallOptions,
  type GenerationContext,
  type GenerationFacts,
  type HostStatus,
  type InProcessOption,
  type Isolate,
  type IsolationOptions,
  type IsolatorEventSource,
  type IsolatorEvents,
  type IsolatorState,
  isolate,
  type LogFileOptions,
  type LogLevel,
  type OnCrash,
  type OnGeneration,
  type OutputEvent,
  type OutputOption,
  ProcessIsolator,
  type RecordOptions,
  type RecycleFacts,
  type RecycleOptions,
  type Remote,
  type RemoteObject,
  type RemoteStream,
  type RestartOptions,
  type ShutdownOptions,
  type TerminateOptions,
  type WaitOptions,
} from "./isolator/index.js";
export type { ByteSize, DiagnosticsOptions, Enforcement, LimitBreach, LimitOptions } from "./limits/index.js";
export {
  type IsolatePool,
  isolatePool,
  type MapOptions,
  type MapResults,
  type PoolCallOptions,
  type PoolEventSource,
  type PoolEvents,
  type PoolOptions,
  type PoolState,
  type PoolStatus,
  type ProcessStatus,
} from "./pool/index.js";
export type { ExitOutcome, OutputMode } from "./process/index.js";
export type { IntegrityOptions, PermissionOptions, SandboxOptions } from "./sandbox/index.js";
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
} from "./telemetry/index.js";
