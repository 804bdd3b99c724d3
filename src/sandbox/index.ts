/** What keeps isolated code from what it was not given: permissions, sandbox, identity, integrity. */
export { decodeBubblewrapExit } from "./bubblewrap-exit.js";
export {
  type ChildFolders,
  type ChildStart,
  type ConfinedStart,
  type Confinement,
  type ConfinementOptions,
  confine,
  resolveConfinement,
  UNCONFINED,
} from "./confinement.js";
export type { Identity } from "./identity.js";
export { importChecked } from "./import-checked.js";
export { checkIntegrity, type Integrity, type IntegrityOptions, resolveIntegrity } from "./integrity.js";
export { quietPermissionWarnings } from "./permission-warnings.js";
export type { PermissionOptions } from "./permissions.js";
export { printable } from "./printable.js";
export type { SandboxOptions } from "./sandbox-options.js";
export { pidOutside } from "./sandboxed-pid.linux.js";
export { dropPermissions, verifyPermissions } from "./verify-permissions.js";
