import { tmpdir } from "node:os";
import { claimDirectory, releaseDirectory } from "./claim-directory.js";
import { forThisSystem } from "./for-this-system.js";
import { type Announce, createPosixDirectory, isPrivatePosixDirectory, posixParents } from "./host-directory.posix.js";
import { createWindowsDirectory, isPrivateWindowsDirectory, removeWindowsDirectory } from "./host-directory.windows.js";
import { removeAtExit } from "./remove-at-exit.js";
import { LINUX_PATH_LIMIT, MACOS_PATH_LIMIT } from "./socket-address.posix.js";

/** How a private directory is made, recognised and removed on one operating system. */
interface PrivateDirectory {
  /** Makes one; throws `START_FAILED` where that is possible nowhere. */
  create(announce?: Announce): string;
  /** Whether `path` is still a directory that only we can enter. */
  isPrivate(path: string): boolean;
  /** Shows other hosts whose it is, and that its owner lives; false where that cannot be done for now. */
  claim(path: string): boolean;
  /** Removes it with what it holds, as far as that takes no time; may throw. */
  remove(path: string): void;
}

const posix = (limit: number): PrivateDirectory => ({
  create: (announce) => createPosixDirectory(posixParents(process.env, tmpdir()), limit, announce),
  isPrivate: isPrivatePosixDirectory,
  claim: (path) => claimDirectory(path, "sockets", path),
  remove: removeAtExit,
});

const system = forThisSystem<PrivateDirectory>({
  linux: posix(LINUX_PATH_LIMIT),
  macos: posix(MACOS_PATH_LIMIT),
  windows: {
    create: () => createWindowsDirectory(tmpdir()),
    isPrivate: isPrivateWindowsDirectory,
    // There it holds only records, which say themselves which process they are of.
    claim: () => true,
    remove: removeWindowsDirectory,
  },
});

let current: string | undefined;
let isClaimed = false;
let removedAtExit = false;

/**
 * The one private directory of this host process, made at the first call: it holds the sockets of all its isolates.
 *
 * Named `pi-host-` and twelve digits, mode 0700 whatever the umask, in `XDG_RUNTIME_DIR` where that is set and safely ours, else in
 * `os.tmpdir()`, else, where socket paths would grow too long, in `/tmp`. Each call verifies owner, mode and that it is
 * no symbolic link; if somebody deleted or replaced it, a new one takes its place under a new name.
 *
 * It is removed when the process exits; `hostReaper()` removes it when the process is killed, or what is in it is much.
 *
 * @param announce Told the path of a new one before it is made.
 * @throws IsolationError `START_FAILED` where no directory will do; the message says why for each.
 */
export function hostDirectory(announce?: Announce): string {
  if (current === undefined || !system.isPrivate(current)) {
    current = system.create(announce);
    isClaimed = false;
  }
  if (!isClaimed) isClaimed = system.claim(current);
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
  if (path === undefined) return;
  try {
    if (system.isPrivate(path)) system.remove(path);
  } catch {
    // Best effort: a file kept open on Windows, or a child that writes while we delete. The reaper comes later.
  }
  releaseDirectory(path);
}
