/** The manifest of a kernel: reading, checking, positions, the graph and its order. */

export { absolute } from "./absolute.js";
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
} from "./manifest.js";
export { readManifest } from "./read-manifest.js";
export { MANIFEST_NAMES } from "./read-source.js";
export type {
  Grant,
  ResolvedInstances,
  ResolvedIsolate,
  ResolvedListen,
  ResolvedManifest,
  ResolvedServices,
} from "./resolved.js";
