import { chmodSync, lstatSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { IsolationError } from "../errors/index.js";
import { SOCKET_NAME_BYTES } from "./socket-name.js";

/** Short, because socket paths must fit below macOS's `$TMPDIR` of 49 characters. The reaper's script knows it too. */
const PREFIX = "pi-";
export const LONGEST_SOCKET_FILE = `${PREFIX}XXXXXX/${"x".repeat(SOCKET_NAME_BYTES)}.sock`;

/** The directories to try, best first. */
export function posixParents(environment: NodeJS.ProcessEnv, temporary: string): string[] {
  const runtime = environment.XDG_RUNTIME_DIR;
  const parents = [resolve(temporary), "/tmp"];
  if (runtime !== undefined && isOurRuntimeDirectory(runtime)) parents.unshift(runtime);
  return [...new Set(parents)];
}

/** Makes a private directory in the first of `parents` that allows it and leaves room for socket names. */
export function createPosixDirectory(parents: readonly string[], limit: number): string {
  const refusals: string[] = [];
  let cause: unknown;
  for (const parent of parents) {
    // Beside the length: neither the reaper's line protocol nor grpc-js can carry a line break.
    if (Buffer.byteLength(join(parent, LONGEST_SOCKET_FILE)) >= limit || /[\r\n]/.test(parent)) {
      refusals.push(`${JSON.stringify(parent)}: socket paths in it would be longer than ${limit - 1} bytes`);
      continue;
    }
    try {
      return createIn(parent);
    } catch (error) {
      cause = error;
      refusals.push(`${JSON.stringify(parent)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new IsolationError(
    "START_FAILED",
    `no private directory could be made for the sockets; set XDG_RUNTIME_DIR or TMPDIR (${refusals.join("; ")})`,
    { cause },
  );
}

function createIn(parent: string): string {
  const path = mkdtempSync(join(parent, PREFIX));
  try {
    // mkdtemp asks for 0700, and a umask may have taken from that.
    chmodSync(path, 0o700);
    if (isPrivatePosixDirectory(path)) return path;
    // A file system without owners or modes, such as a mounted Windows drive.
    throw new Error("a directory made there does not keep owner and mode 0700");
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Whether `path` is a directory (no symbolic link) of ours that nobody else may enter. */
export function isPrivatePosixDirectory(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.geteuid?.() && (stats.mode & 0o777) === 0o700;
}

/** Removes the directory with all it holds. */
export function removePosixDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** `su` and `sudo -E` leave the variable pointing at another user's directory, a logout at one that is gone. */
function isOurRuntimeDirectory(path: string): boolean {
  if (!isAbsolute(path)) return false;
  try {
    const stats = statSync(path);
    return stats.isDirectory() && stats.uid === process.geteuid?.() && (stats.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
