import { chmodSync, lstatSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { IsolationError } from "../errors/index.js";
import { newPrivateName, PRIVATE_NAME_BYTES } from "./private-name.js";
import { SOCKET_NAME_BYTES } from "./socket-name.js";

/** Below a parent. Short, because socket paths must fit below macOS's `$TMPDIR` of 49 characters. */
export const LONGEST_SOCKET_FILE = `${"x".repeat(PRIVATE_NAME_BYTES)}/${"x".repeat(SOCKET_NAME_BYTES)}.sock`;

/** Told the path of a directory before it is made: whoever dies in making it leaves somebody who knows of it. */
export type Announce = (path: string) => void;

/** The directories to try, best first. */
export function posixParents(environment: NodeJS.ProcessEnv, temporary: string): string[] {
  const runtime = environment.XDG_RUNTIME_DIR;
  const parents = [resolve(temporary), "/tmp"];
  if (runtime !== undefined && isOurRuntimeDirectory(runtime)) parents.unshift(runtime);
  return [...new Set(parents)];
}

/** Makes a private directory in the first of `parents` that allows it and leaves room for socket names. */
export function createPosixDirectory(parents: readonly string[], limit: number, announce: Announce = () => {}): string {
  const refusals: string[] = [];
  let cause: unknown;
  for (const parent of parents) {
    // Beside the length: neither the reaper's line protocol nor grpc-js can carry a line break.
    if (Buffer.byteLength(join(parent, LONGEST_SOCKET_FILE)) >= limit || /[\r\n]/.test(parent)) {
      refusals.push(`${JSON.stringify(parent)}: socket paths in it would be longer than ${limit - 1} bytes`);
      continue;
    }
    try {
      return createPrivateDirectory(parent, announce);
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

/** Makes a private directory under a new name in `parent`; throws what the system answers. */
export function createPrivateDirectory(parent: string, announce: Announce = () => {}): string {
  const path = join(parent, newPrivateName());
  announce(path);
  mkdirSync(path, { mode: 0o700 });
  try {
    // A umask may have taken from that.
    chmodSync(path, 0o700);
    if (isPrivatePosixDirectory(path)) return path;
    // A file system without owners or modes, such as a mounted Windows drive.
    throw new Error("a directory made there does not keep owner and mode 0700");
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
}

/** Whether `path` is a directory (no symbolic link) of ours that nobody else may enter. */
export function isPrivatePosixDirectory(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.geteuid?.() && (stats.mode & 0o777) === 0o700;
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
