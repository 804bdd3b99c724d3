import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { PACKAGE_VERSION } from "./package-version.js";

/**
 * Where V8's cached data for the bundle lies: in the user's own cache folder, because V8 trusts what it reads there.
 * The name holds all that makes V8 refuse the data.
 */
export function codeCachePath(bundle: string): string | undefined {
  try {
    const { size, mtimeMs } = statSync(bundle);
    const build = `${PACKAGE_VERSION}-${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}`;
    const runtime = `${process.version}-${process.platform}-${process.arch}-${hash(flagsOfV8().join("\0"))}`;
    return join(cacheFolder(), `pihost-${build}-${runtime}.v8cache`);
  } catch {
    return undefined;
  }
}

/** The cached data, if there is any that only we can have written. */
export function readCodeCache(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    const { uid, mode } = statSync(dirname(path));
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) return undefined;
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Writes the cached data in one step. A read-only or full disk only costs the next start its time. */
export function writeCodeCache(path: string | undefined, data: Buffer): void {
  if (path === undefined) return;
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, data, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    removeQuietly(temporary);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Without the permission to write there is nothing to remove either.
  }
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "process-isolation", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "process-isolation");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "process-isolation");
}

/** Flags about permissions mean nothing to V8, and who has some may not write the data: it reads that of those without. */
function flagsOfV8(): string[] {
  return process.execArgv.filter((flag) => !/^--(?:allow-|(?:experimental-)?permission$)/.test(flag));
}

/** FNV-1a: a name, not a secret. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value.toString(36);
}
