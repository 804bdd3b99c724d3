import { accessSync, constants, lstatSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { takeConfinedBy } from "../../src/sandbox/confined-by.js";

/** Read and removed at load, before any code of a module runs. */
const confinedBy = takeConfinedBy(process.env);

/**
 * What keeps this process from a file that may well be there, with the option and the entry to add, as the end of a message;
 * empty where nothing is known to. To a process that is confined most systems say that there is no such file.
 */
export function whyHidden(path: string, confined: readonly string[] = confinedBy): string {
  const permission = (process as { permission?: { has(scope: string, path: string): boolean } }).permission;
  if (permission?.has("fs.read", path) === false) {
    return `; the option permissions does not let it be read: add ${JSON.stringify(path)}, or a folder above it, to permissions.fsRead`;
  }
  const closed = closedFor(path);
  if (closed !== undefined)
    return `; ${closed}${confined.includes("uid") ? ", or give another uid and gid (the options)" : ""}`;
  if (!confined.includes("sandbox") || isThere(path)) return "";
  const entry = JSON.stringify(path);
  return `; in the sandbox only what sandbox.read and sandbox.write name is visible: if it is there outside, add ${entry}, or a folder above it, to sandbox.read`;
}

/** The file that a failed import could not find or read, as far as the error names one. */
export function fileNotLoaded(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, resource, requireStack } = error as NodeJS.ErrnoException & {
    resource?: unknown;
    requireStack?: unknown;
  };
  if (code === "ERR_ACCESS_DENIED") return typeof resource === "string" ? resource : undefined;
  if (code === "EACCES" || code === "EPERM") return path;
  const [, name] = /^Cannot find module '([^']+)'/.exec(error.message) ?? [];
  if (name === undefined) return undefined;
  if (name.startsWith("file:")) return fileURLToPath(name);
  const from: unknown = Array.isArray(requireStack) ? requireStack[0] : undefined;
  if (/^\.\.?(?:\/|$)/.test(name)) return typeof from === "string" ? resolve(dirname(from), name) : undefined;
  return name.startsWith("/") ? name : undefined;
}

/** The outermost folder that this user may not enter, or the file that it may not read. */
function closedFor(path: string): string | undefined {
  const user = `user ${process.geteuid?.()} (group ${process.getegid?.()})`;
  const folder = foldersAbove(path).find((above) => isRefused(above, constants.X_OK));
  if (folder !== undefined) {
    return `${user} may not read it (EACCES), nor enter ${folder}: let that user in (chmod o+x)`;
  }
  return isRefused(path, constants.R_OK) ? `${user} may not read it (EACCES): let that user (chmod o+r)` : undefined;
}

function isRefused(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES";
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** From the root down. */
function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}
