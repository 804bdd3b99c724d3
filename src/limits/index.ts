/** What a process may use: from what users write to who enforces it, and which limit ended a process. */

export { toBytes } from "./byte-size.js";
export { cgroupPrefixes } from "./cgroup/cgroup-prefixes.js";
export { DiagnosticsFolder } from "./diagnostics-folder.js";
export { type Diagnostics, type DiagnosticsOptions, resolveDiagnostics } from "./diagnostics-options.js";
export type { Enforcement, LimitName, Mechanism, Strength } from "./enforcement.js";
export type { LimitBreach, LimitedExit, LimitReason, LimitVerdict } from "./guard.js";
export { HeapEvidence, heapBoundOf, saysFull } from "./heap-evidence.js";
export type { LaunchCommand, Program } from "./launch-command.js";
export { probeLimits } from "./limit-capabilities.js";
export { type ByteSize, type LimitOptions, type ResolvedLimits, resolveLimits } from "./limit-options.js";
export { type LimitPlan, planLimits } from "./limit-plan.js";
export type { LimitScope } from "./limit-scope.js";
export { limitMachinery, type Machinery, NO_MACHINERY } from "./machinery.js";
export type { Enforcements } from "./mechanisms.js";
