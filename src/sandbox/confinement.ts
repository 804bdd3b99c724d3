import { IsolationError } from "../errors/index.js";
import { codeCacheFolder } from "../platform/capabilities.code-cache.js";
import { forThisSystem } from "../platform/for-this-system.js";
import { bubblewrapCommand } from "./bubblewrap-command.js";
import type { Confiner } from "./confined-by.js";
import { type Identity, resolveIdentity } from "./identity.js";
import { identityCommand } from "./identity-command.linux.js";
import { type IntegrityOptions, type ModuleIntegrity, resolveIntegrity } from "./integrity.js";
import { type NodeRuntime, nodeRuntime } from "./node-runtime.js";
import { permissionFlags } from "./permission-flags.js";
import { type PermissionOptions, type Permissions, resolvePermissions } from "./permissions.js";
import { resolveSandbox, type Sandbox, type SandboxOptions } from "./sandbox-options.js";

/** What keeps an isolate from the rest of the machine. Every one is optional; without any, there is no such thing. */
export interface ConfinementOptions {
  /** What the code may do, enforced by Node's permission model. Default: everything. */
  permissions?: PermissionOptions;
  /** What the process sees, enforced by Linux namespaces. Default: what the host sees. */
  sandbox?: "bubblewrap" | SandboxOptions;
  /** Who the process runs as; needs root and `gid`. It has no socket then, and no shared memory. Default: as the host. */
  uid?: number;
  /** Its only group; needs root and `uid`. */
  gid?: number;
  /** The bytes that the modules must have. Default: any. */
  integrity?: IntegrityOptions;
}

/** The options after validation. */
export interface Confinement {
  readonly permissions: Permissions | undefined;
  readonly sandbox: Sandbox | undefined;
  readonly identity: Identity | undefined;
  readonly runtime: NodeRuntime | undefined;
  /** Empty when modules may be anything. */
  readonly integrity: readonly ModuleIntegrity[];
}

/** An isolate that sees and may do what the host sees and may do. */
export const UNCONFINED: Confinement = Object.freeze({
  permissions: undefined,
  sandbox: undefined,
  identity: undefined,
  runtime: undefined,
  integrity: Object.freeze([]),
});

const dropOnThisSystem = forThisSystem<typeof identityCommand>({
  linux: identityCommand,
  macos: () => undefined,
  windows: () => undefined,
});

/** The other options that bear on it. */
export interface ConfinementContext {
  readonly from: string;
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly debug: boolean;
  readonly discoverable: boolean;
}

/** What of a child's start bears on it. */
export interface ChildStart {
  readonly execArgv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The framework's own folders, as this child is to see them. */
export interface ChildFolders {
  /** That of the executable and all that it loads of itself; empty where there is none. */
  readonly executable: string;
  /** What it may read of this process's own: its shared memory. They exist. */
  readonly readable: readonly string[];
  /** Where Node.js itself writes, and the process's code has no business: in a sandbox, memory at this path. */
  readonly diagnostics?: string | undefined;
  /** What holds those of all the others. */
  readonly shared: readonly string[];
}

/** How it is started with confinement: the same program with the same arguments, but for what is here. */
export interface ConfinedStart {
  readonly execArgv: readonly string[];
  /**
   * Makes the command (the program, then all its arguments) the one to run. What must hold for the process
   * before it is confined, such as limits, goes around the result.
   */
  readonly wrap: (command: readonly string[]) => readonly string[];
  /** For `spawn`; undefined where the wrapped command sees to it. */
  readonly identity: Identity | undefined;
  /** Which options hide files from it. */
  readonly confiners: readonly Confiner[];
  /** Whether the process that is started becomes `bwrap`: see `decodeBubblewrapExit` and `pidOutside`. */
  readonly sandboxed: boolean;
  /** For `dropPermissions` and `verifyPermissions` in the child. */
  readonly denied: readonly string[];
}

/** @throws IsolationError `INVALID_OPTION` for a bad value, and for what could not be kept here */
export function resolveConfinement(
  options: { readonly [name in keyof ConfinementOptions]?: unknown },
  context: ConfinementContext,
): Confinement {
  const { from, execPath, execArgv, env, debug, discoverable } = context;
  const sandbox = options.sandbox === undefined ? undefined : resolveSandbox(options.sandbox, from);
  const identity = resolveIdentity(options);
  if (identity !== undefined && discoverable) {
    throw new IsolationError("INVALID_OPTION", "discoverable needs a socket, which an isolate with uid does not have");
  }
  if (options.permissions === undefined) {
    const integrity = resolveIntegrity(options.integrity);
    return Object.freeze({ permissions: undefined, sandbox, identity, runtime: undefined, integrity });
  }
  const runtime = nodeRuntime(execPath);
  const networkFenced = sandbox !== undefined && !sandbox.network;
  const permissions = resolvePermissions(options.permissions, { runtime, from, execArgv, env, networkFenced, debug });
  const integrity = resolveIntegrity(options.integrity, permissions.worker ? undefined : runtime);
  return Object.freeze({ permissions, sandbox, identity, runtime, integrity });
}

/** What `handExecutable` hands over, as the process sees it. */
const HANDED_FILES = ["/proc/self/fd/5", "/proc/self/fd/6"];

/** Whether the process may do less than its user. */
export function isConfined({ permissions, sandbox, identity }: Confinement): boolean {
  return permissions !== undefined || sandbox !== undefined || identity !== undefined;
}

export function confine(confinement: Confinement, start: ChildStart, folders: ChildFolders): ConfinedStart {
  const { permissions, sandbox, identity, runtime } = confinement;
  // The cache lies in the home of the host's user, which another user has no business in.
  const cache = identity === undefined ? [codeCacheFolder(start.env, start.env.HOME ?? "/")] : [];
  const read = [folders.executable, ...cache, ...folders.readable].filter((path) => path !== "");
  const descriptors = identity === undefined ? [] : HANDED_FILES;
  const { execArgv, denied } =
    permissions === undefined || runtime === undefined
      ? { execArgv: [], denied: [] }
      : permissionFlags(permissions, runtime, read, descriptors);
  const drop = identity === undefined ? undefined : dropOnThisSystem(identity, sandbox !== undefined);
  const inSandbox = (command: readonly string[]): readonly string[] =>
    sandbox === undefined
      ? command
      : bubblewrapCommand(sandbox, {
          command,
          cwd: start.cwd,
          env: start.env,
          read,
          memory: folders.diagnostics === undefined ? [] : [folders.diagnostics],
          hidden: folders.shared,
        });
  return {
    execArgv: [...execArgv, ...start.execArgv],
    wrap: (command) => [...(drop ?? []), ...inSandbox(command)],
    identity: drop === undefined ? identity : undefined,
    confiners: [
      ...(sandbox === undefined ? [] : ["sandbox" as const]),
      ...(identity === undefined ? [] : ["uid" as const]),
    ],
    sandboxed: sandbox !== undefined,
    denied,
  };
}
