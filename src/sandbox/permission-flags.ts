import { realpathSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import type { NodeRuntime } from "./node-runtime.js";
import { isDeniable, PERMISSION_SWITCHES, type PermissionSwitch } from "./permission-switches.js";
import type { Permissions } from "./permissions.js";

/** What the framework itself needs in the child, as absolute paths. */
export interface OwnPaths {
  /** The executable's folder, the code cache. */
  readonly read: readonly string[];
  /** The generation's folder of shared memory. */
  readonly write: readonly string[];
}

/** How permissions are put into force. */
export interface PermissionFlags {
  /** Command-line flags for the child's Node. */
  readonly execArgv: readonly string[];
  /**
   * What the child must not hold when user code is loaded, for `dropPermissions` and `verifyPermissions`: the name of a
   * scope, or `scope:path`.
   */
  readonly denied: readonly string[];
}

/** @param own must exist when the child starts, else Node would not take them for folders */
export function permissionFlags(permissions: Permissions, runtime: NodeRuntime, own: OwnPaths): PermissionFlags {
  const execArgv = [runtime.flags.has("--permission") ? "--permission" : "--experimental-permission"];
  const denied: string[] = [];
  const read = permissions.fsRead === true ? true : [...permissions.fsRead, ...own.read, ...own.write];
  const write = permissions.fsWrite === true ? true : [...permissions.fsWrite, ...own.write];
  addFileFlags("fs-read", read, execArgv, denied);
  addFileFlags("fs-write", write, execArgv, denied);
  for (const name of Object.keys(PERMISSION_SWITCHES) as PermissionSwitch[]) {
    const { flag, scope } = PERMISSION_SWITCHES[name];
    const isServing = name === "net";
    if ((permissions[name] || isServing) && runtime.flags.has(flag)) execArgv.push(flag);
    if (!permissions[name] && isDeniable(name, runtime)) denied.push(scope);
  }
  return { execArgv, denied };
}

function addFileFlags(
  name: "fs-read" | "fs-write",
  grants: true | readonly string[],
  execArgv: string[],
  denied: string[],
): void {
  if (grants === true) {
    execArgv.push(`--allow-${name}=*`);
    return;
  }
  const scope = name.replace("-", ".");
  const granted = new Set(grants.flatMap(withRealPath));
  for (const path of granted) execArgv.push(...patternsOf(path).map((pattern) => `--allow-${name}=${pattern}`));
  denied.push(scope, ...witnesses(granted).map((path) => `${scope}:${path}`));
}

/** A module is loaded from its real path, whatever path it was asked for by. */
function withRealPath(path: string): string[] {
  try {
    return [path, realpathSync.native(path)];
  } catch {
    return [path];
  }
}

/** Node takes what is a folder at its start for all below it; a folder that is yet to be made needs the pattern. */
function patternsOf(path: string): string[] {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? [path, join(path, "*")] : [path];
}

/** The folders right above what is granted, and the root: were one of them open, far too much would be. */
function witnesses(granted: ReadonlySet<string>): string[] {
  const isGranted = (path: string): boolean => {
    if (granted.has(path)) return true;
    const parent = dirname(path);
    return parent !== path && isGranted(parent);
  };
  const candidates = [...granted].flatMap((path) => [dirname(path), parse(path).root]);
  return [...new Set([...candidates, parse(process.cwd()).root])].filter((path) => !isGranted(path));
}
