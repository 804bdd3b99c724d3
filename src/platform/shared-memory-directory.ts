import { releaseDirectory } from "./claim-directory.js";
import { forThisSystem } from "./for-this-system.js";
import { hostDirectory } from "./host-directory.js";
import { type Announce, isPrivatePosixDirectory } from "./host-directory.posix.js";
import { removeAtExit } from "./remove-at-exit.js";
import { createLinuxMemoryDirectory } from "./shared-memory-directory.linux.js";

const create = forThisSystem<(sockets: string, announce?: Announce) => string | undefined>({
  linux: createLinuxMemoryDirectory,
  // Neither has a file system in memory that every user has.
  macos: () => undefined,
  windows: () => undefined,
});

let current: string | undefined;
let unavailable = false;
let removedAtExit = false;

/**
 * The one private directory of this host in shared memory, made at the first call; `undefined` where there is none to be
 * had. Removed like `hostDirectory()`.
 *
 * @param announce Told the path of a new one before it is made.
 */
export function sharedMemoryDirectory(announce?: Announce): string | undefined {
  if (unavailable || (current !== undefined && isPrivatePosixDirectory(current))) return current;
  current = create(hostDirectory(), announce);
  unavailable = current === undefined;
  if (!removedAtExit && current !== undefined) {
    removedAtExit = true;
    process.once("exit", removeSharedMemoryDirectory);
  }
  return current;
}

/** Removes it with all it holds, as far as possible; the next `sharedMemoryDirectory()` makes a new one. */
export function removeSharedMemoryDirectory(): void {
  const path = current;
  current = undefined;
  if (path === undefined) return;
  try {
    if (isPrivatePosixDirectory(path)) removeAtExit(path);
  } catch {
    // The reaper comes later.
  }
  releaseDirectory(path);
}
