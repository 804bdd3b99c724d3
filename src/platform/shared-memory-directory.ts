import { forThisSystem } from "./for-this-system.js";
import { hostDirectory } from "./host-directory.js";
import { isPrivatePosixDirectory, removePosixDirectory } from "./host-directory.posix.js";
import { signDirectory } from "./host-lock.js";
import { createLinuxMemoryDirectory } from "./shared-memory-directory.linux.js";

const create = forThisSystem<() => string | undefined>({
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
 */
export function sharedMemoryDirectory(): string | undefined {
  if (unavailable || (current !== undefined && isPrivatePosixDirectory(current))) return current;
  current = createSigned();
  unavailable = current === undefined;
  if (!removedAtExit && current !== undefined) {
    removedAtExit = true;
    process.once("exit", removeSharedMemoryDirectory);
  }
  return current;
}

/** A memory that is full has room for the directory, perhaps, but not for the word whose it is. */
function createSigned(): string | undefined {
  const directory = create();
  if (directory === undefined) return undefined;
  try {
    signDirectory(directory, hostDirectory());
    return directory;
  } catch {
    removePosixDirectory(directory);
    return undefined;
  }
}

function removeSharedMemoryDirectory(): void {
  if (current === undefined) return;
  try {
    removePosixDirectory(current);
  } catch {
    // The reaper comes later.
  }
  current = undefined;
}
