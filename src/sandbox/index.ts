/** What keeps isolated code from what it was not given: permissions, sandbox, identity, integrity. */

export { decodeBubblewrapExit } from "./bubblewrap-exit.js";
export { confinedByEnvironment } from "./confined-by.js";
export {
  type ChildFolders,
  type ChildStart,
  type ConfinedStart,
  type Confinement,
  type ConfinementOptions,
  confine,
  isConfined,
  resolveConfinement,
  UNCONFINED,
} from "./confinement.js";
export { type HandedExecutable, handExecutable } from "./handed-executable.js";
export type { Identity } from "./identity.js";
export { InnerFolder } from "./inner-folder.linux.js";
export { type IntegrityOptions, type ModuleIntegrity, resolveIntegrity } from "./integrity.js";
export type { PermissionOptions } from "./permissions.js";
export { printable } from "./printable.js";
export { probeSandbox } from "./sandbox-capability.js";
export type { SandboxOptions } from "./sandbox-options.js";
export { pidOutside } from "./sandboxed-pid.linux.js";
export { strayDescriptors } from "./stray-descriptors.js";
