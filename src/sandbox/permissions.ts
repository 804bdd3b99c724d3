import { existsSync } from "node:fs";
import { dirname, sep } from "node:path";
import { aBoolean, IsolationError, invalidOption, ownOptions } from "../errors/index.js";
import { absolutePaths } from "./absolute-paths.js";
import type { NodeRuntime } from "./node-runtime.js";
import { loosening } from "./permission-loosening.js";
import { isDeniable, isGrantable, PERMISSION_SWITCHES, type PermissionSwitch } from "./permission-switches.js";

/**
 * What the isolated code may do, enforced by Node's permission model. Once given, everything that is not named is
 * denied, and what the Node at `execPath` cannot enforce is refused.
 *
 * Node itself calls the model a seat belt for code that one trusts, not a wall against code that attacks it. For that
 * there is `sandbox`.
 */
export interface PermissionOptions {
  /**
   * Files and folders (with all below them) that may be read, or true for all. Relative paths are resolved in `from`.
   * Modules and their dependencies must be among them. They must exist, unless `fsWrite` lets the process make them.
   * Default: none but the framework's own.
   */
  fsRead?: boolean | readonly string[];
  /** Files and folders that may be written, or true for all. They, or their folders, must exist. Default: none. */
  fsWrite?: boolean | readonly string[];
  /** May start processes, which are themselves bound by nothing. Default false. */
  childProcess?: boolean;
  /** May start worker threads. Default false. */
  worker?: boolean;
  /** May load native addons, which are bound by nothing. Default false. */
  addons?: boolean;
  /** May use WASI. Default false. */
  wasi?: boolean;
  /** May use the network, sockets in the file system included. Default false, which needs Node 26 or a sandbox without network. */
  net?: boolean;
  /** May use the inspector, as `debug` does. Default false; true needs Node 24.12. */
  inspector?: boolean;
  /** May call native code by `node:ffi`, which is bound by nothing. Default false; true needs Node 26. */
  ffi?: boolean;
}

/** The permissions after validation: complete, absolute and frozen. */
export type Permissions = Readonly<Record<PermissionSwitch, boolean>> & {
  readonly fsRead: true | readonly string[];
  readonly fsWrite: true | readonly string[];
};

/** What else decides whether permissions can be kept. */
export interface PermissionContext {
  /** The Node.js that will run the child. */
  readonly runtime: NodeRuntime;
  /** Where relative paths are resolved: a folder, or the file URL of one. */
  readonly from: string;
  /** The options `execArgv` and `env` of the child. */
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether the child has no network in any case, so that Node need not deny it. */
  readonly networkFenced: boolean;
  /** The option `debug`, which uses the inspector. */
  readonly debug: boolean;
}

const SWITCHES = Object.keys(PERMISSION_SWITCHES) as PermissionSwitch[];

/** @throws IsolationError `INVALID_OPTION` for a bad value, and for what would not be enforced */
export function resolvePermissions(value: unknown, context: PermissionContext): Permissions {
  const { runtime, from, networkFenced, debug } = context;
  const given = ownOptions("permissions", value, ["fsRead", "fsWrite", ...SWITCHES]);
  const switches = Object.fromEntries(
    SWITCHES.map((name) => [name, given[name] === undefined ? false : aBoolean(`permissions.${name}`, given[name])]),
  ) as Record<PermissionSwitch, boolean>;
  refuseUnenforceable(switches, runtime, networkFenced);
  refuseLoosening(context);
  if (debug && !switches.inspector) {
    throw new IsolationError("INVALID_OPTION", "debug uses the inspector: it needs permissions.inspector to be true");
  }
  const fsRead = resolvePaths("permissions.fsRead", given.fsRead, from);
  const fsWrite = resolvePaths("permissions.fsWrite", given.fsWrite, from);
  refuseMissing(fsRead, fsWrite);
  return Object.freeze({ fsRead, fsWrite, ...switches });
}

/** What the process itself is to make need not be there; what it is to make that in does. */
function refuseMissing(fsRead: true | readonly string[], fsWrite: true | readonly string[]): void {
  if (fsWrite !== true) {
    const lost = fsWrite.find((path) => !existsSync(path) && !existsSync(dirname(path)));
    if (lost !== undefined) throw invalidOption("permissions.fsWrite", "paths that exist, or whose folder does", lost);
  }
  if (fsRead === true || fsWrite === true) return;
  const missing = fsRead.find((path) => !existsSync(path) && !fsWrite.some((folder) => isWithin(path, folder)));
  if (missing === undefined) return;
  throw invalidOption(
    "permissions.fsRead",
    "paths that exist, or that permissions.fsWrite lets the process make",
    missing,
  );
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function resolvePaths(name: string, value: unknown, from: string): true | readonly string[] {
  if (value === undefined || value === false) return Object.freeze([]);
  if (value === true) return true;
  if (!Array.isArray(value)) throw invalidOption(name, "true, false or an array of paths", value);
  const paths = absolutePaths(name, value, from);
  const pattern = paths.find((path) => path.includes("*"));
  // To Node it would be a pattern, also where a file is named so.
  if (pattern !== undefined) throw invalidOption(name, "paths without '*'; a folder stands for all below it", pattern);
  return paths;
}

function refuseUnenforceable(
  switches: Readonly<Record<PermissionSwitch, boolean>>,
  runtime: NodeRuntime,
  networkFenced: boolean,
): void {
  const { version, flags } = runtime;
  if (!flags.has("--permission") && !flags.has("--experimental-permission")) {
    throw new IsolationError(
      "INVALID_OPTION",
      `permissions cannot be enforced: Node ${version} has no permission model`,
    );
  }
  for (const name of SWITCHES) {
    const { since } = PERMISSION_SWITCHES[name];
    if (switches[name] && !isGrantable(name, runtime)) {
      throw new IsolationError(
        "INVALID_OPTION",
        `permissions.${name} cannot be granted by Node ${version}, which denies it to all once there are permissions; ${since} can`,
      );
    }
    if (!switches[name] && !isDeniable(name, runtime) && !(name === "net" && networkFenced)) {
      throw new IsolationError(
        "INVALID_OPTION",
        `permissions.${name} cannot be denied by Node ${version}; use ${since}, or a sandbox without network, ` +
          `or accept it with ${name}: true`,
      );
    }
  }
}

function refuseLoosening({ execArgv, env }: PermissionContext): void {
  const byFlag = execArgv.map(loosening).find((flag) => flag !== undefined);
  if (byFlag !== undefined) {
    throw new IsolationError("INVALID_OPTION", `execArgv may not hold ${byFlag} beside permissions`);
  }
  const byVariable = loosening(env.NODE_OPTIONS);
  if (byVariable !== undefined) {
    throw new IsolationError(
      "INVALID_OPTION",
      `NODE_OPTIONS of the child may not hold ${byVariable} beside permissions`,
    );
  }
}
