import { realpathSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import type { NodeRuntime } from "./node-runtime.js";
import { isDeniable, PERMISSION_SWITCHES, type PermissionSwitch } from "./permission-switches.js";
import type { Permissions } from "./permissions.js";

const WITNESS = ".process-isolation-witness";

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

/**
 * @param own what the framework itself has to read in the child, as absolute paths; folders must exist when the child
 *   starts, else Node would not take them for such. It writes nothing.
 * @param inChild files that it has to read and that mean nothing here, such as those behind its descriptors
 */
export function permissionFlags(
  permissions: Permissions,
  runtime: NodeRuntime,
  own: readonly string[],
  inChild: readonly string[] = [],
): PermissionFlags {
  const execArgv = [runtime.flags.has("--permission") ? "--permission" : "--experimental-permission"];
  const denied: string[] = [];
  const read = permissions.fsRead === true ? true : [...permissions.fsRead, ...own];
  addFileFlags("fs-read", read, execArgv, denied);
  if (read !== true) execArgv.push(...inChild.map((path) => `--allow-fs-read=${path}`));
  addFileFlags("fs-write", permissions.fsWrite, execArgv, denied);
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
  const granted = outermost(grants.flatMap(withRealPath));
  // Node 20 aborts (nodejs/node, `!path_prefix.empty()`) when a path comes after two longer ones that begin with it.
  const patterns = granted.flatMap(patternsOf).sort();
  execArgv.push(...patterns.map((pattern) => `--allow-${name}=${pattern}`));
  denied.push(...witnesses(granted).map((path) => `${name.replace("-", ".")}:${path}`));
}

/** A module is loaded from its real path, whatever path it was asked for by. */
function withRealPath(path: string): string[] {
  try {
    return [path, realpathSync.native(path)];
  } catch {
    return [path];
  }
}

/** Each path once, without those inside of others. */
function outermost(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return [...all].filter((path) => !isWithin(dirname(path), all) || dirname(path) === path);
}

/** Node takes what is a folder at its start for all below it; a folder that is yet to be made needs the pattern. */
function patternsOf(path: string): string[] {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? [path, join(path, "*")] : [path];
}

/**
 * Files that nobody has, right beside what is granted and in the root: were one of them open, far too much would be. Not
 * the folders themselves: Node 20 opens a path that is the common beginning of three others, "/" for one.
 */
function witnesses(granted: readonly string[]): string[] {
  const all = new Set(granted);
  const folders = [...granted.map((path) => dirname(path)), parse(process.cwd()).root];
  return [...new Set(folders)].filter((folder) => !isWithin(folder, all)).map((folder) => join(folder, WITNESS));
}

/** Whether a path is one of `folders` or lies in one. */
function isWithin(path: string, folders: ReadonlySet<string>): boolean {
  return folders.has(path) || (dirname(path) !== path && isWithin(dirname(path), folders));
}
