/** What users may set, checked once. */
export { invalidOption } from "../../errors/index.js";
export type { BudgetOptions } from "./budget-options.js";
export { CALL_OPTION_NAMES, type CallOptions, type ResolvedCallOptions, resolveCallOptions } from "./call-options.js";
export { anAbortSignal, aString, milliseconds, oneOf, wholeNumberOrInfinity } from "./checks.js";
export { defaultLifecycle } from "./generation-options.js";
export type { InProcessOption } from "./in-process-option.js";
export {
  DEFAULT_MAX_IN_FLIGHT,
  ISOLATION_OPTION_NAMES,
  type IsolationOptions,
  type LogLevel,
  type ResolvedOptions,
  resolveOptions,
} from "./isolation-options.js";
export type { LogFileOptions, OutputOption, ResolvedOutput } from "./output-options.js";
export type { RecordOptions } from "./record-option.js";
export type { RecycleOptions } from "./recycle-options.js";
export { type OnCrash, type RestartOptions, toRestartPolicy } from "./restart-options.js";
export type { RuntimeOption } from "./runtime-option.js";
export {
  type ResolvedWaitOptions,
  resolveShutdownOptions,
  resolveTerminateOptions,
  resolveWaitOptions,
  type ShutdownOptions,
  type TerminateOptions,
  type WaitOptions,
} from "./stop-options.js";
