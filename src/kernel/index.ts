/** `process-isolation/kernel`: many isolates under one lifetime. */
export type { ConnectedIsolate, ConnectedKernel, ConnectOptions } from "./connect/index.js";
export type { Dashboard, DashboardOptions } from "./dashboard/index.js";
export type {
  IsolateEvent,
  KernelEventSource,
  KernelEvents,
  ReplacedEvent,
  StoppedEvent,
} from "./events.js";
export type { HostTargets } from "./grants/index.js";
export type { KernelIsolate } from "./handle.js";
export { Kernel, type KernelOutcome } from "./kernel.js";
export type { UnitState } from "./life/index.js";
export type { KernelLogLine, KernelLogRecord, LogContent, LogLineLevel, LogsOptions, LogValue } from "./logs/index.js";
export {
  defineKernel,
  type GroupDefinition,
  type GrpcDefinition,
  type IsolateDefinition,
  type KernelManifest,
  type ListenDefinition,
  type RootSupervision,
  type Supervision,
  type UseDefinition,
} from "./manifest/index.js";
export type { KernelMetricsOptions } from "./metrics/index.js";
export type { KernelOptions } from "./options.js";
export type { TokenFacts, TokenOptions, TokenScope, Tokens } from "./routing/index.js";
export type { IsolateSummary } from "./summary.js";
