import { tmpdir } from "node:os";
import { forThisSystem } from "./for-this-system.js";
import {
  createPosixDirectory,
  isPrivatePosixDirectory,
  posixParents,
  removePosixDirectory,
} from "./host-directory.posix.js";
import { createWindowsDirectory, isPrivateWindowsDirectory, removeWindowsDirectory } from "./host-directory.windows.js";
import { holdLock } from "./host-lock.js";
import { LINUX_PATH_LIMIT, MACOS_PATH_LIMIT } from "./socket-address.posix.js";

/** How a private directory is made, recognised and removed on one operating system. */
interface PrivateDirectory {
  /** Makes one; throws `START_FAILED` where that is possible nowhere. */
  create(): string;
  /** Whether `path` is still a directory that only we can enter. */
  isPrivate(path: string): boolean;
  /** Shows other hosts that its owner lives. */
  hold(path: string): void;
  /** Removes it with all it holds; may throw. */
  remove(path: string): void;
}

const posix = (limit: number): PrivateDirectory => ({
  create: () => createPosixDirectory(posixParents(process.env, tmpdir()), limit),
  isPrivate: isPrivatePosixDirectory,
  hold: holdLock,
  remove: removePosixDirectory,
});

const system = forThisSystem<PrivateDirectory>({
  linux: posix(LINUX_PATH_LIMIT),
  macos: posix(MACOS_PATH_LIMIT),
  windows: {
    create: () => createWindowsDirectory(tmpdir()),
    isPrivate: isPrivateWindowsDirectory,
    // There it holds only records, which say themselves which process they are of.
    hold: () => {},
    remove: removeWindowsDirectory,
  },
});

let current: string | undefined;
let removedAtExit = false;

/**
 * The one private directory of this host process, made at the first call: it holds the sockets of all its isolates.
 *
 * Named `pi-XXXXXX`, mode 0700 whatever the umask, in `XDG_RUNTIME_DIR` where that is set and safely ours, else in
 * `os.tmpdir()`, else, where socket paths would grow too long, in `/tmp`. Each call verifies owner, mode and that it is
 * no symbolic link; if somebody deleted or replaced it, a new one takes its place under a new name.
 *
 * It is removed when the process exits; `hostReaper()` removes it when the process is killed.
 *
 * @throws IsolationError `START_FAILED` where no directory will do; the message says why for each.
 */
export function hostDirectory(): string {
  if (current !== undefined && system.isPrivate(current)) return current;
  current = system.create();
  system.hold(current);
  if (!removedAtExit) {
    removedAtExit = true;
    process.once("exit", removeHostDirectory);
  }
  return current;
}

/** Removes the host directory with all it holds, as far as possible; the next `hostDirectory()` makes a new one. */
export function removeHostDirectory(): void {
  const path = current;
  current = undefined;
  if (path === undefined || !system.isPrivate(path)) return;
  try {
    system.remove(path);
  } catch {
    // Best effort: a file kept open on Windows, or a child that writes while we delete. The reaper comes later.
  }
}
