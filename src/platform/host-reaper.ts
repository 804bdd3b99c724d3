import { forThisSystem } from "./for-this-system.js";
import { hostDirectory, removeHostDirectory } from "./host-directory.js";
import { createPosixReaper } from "./host-reaper.posix.js";
import { createWindowsReaper } from "./host-reaper.windows.js";
import type { ReaperUser } from "./reaper-holds.js";
import type { ReaperOnNode } from "./reaper-process.posix.js";
import { removeSharedMemoryDirectory, sharedMemoryDirectory } from "./shared-memory-directory.js";

/**
 * Kills the registered process groups and control groups when this host dies, however it dies, and removes the host's
 * directories.
 */
export interface Reaper {
  /** Whether what is added is protected. False where the reaper cannot be started or does not stay alive. */
  readonly available: boolean;
  /** The reaper's process, while one runs. */
  readonly pid: number | undefined;
  /**
   * Keeps the reaper for an isolator or a process. When nobody holds it, and nothing is registered, it ends with the host's
   * directories; whoever needs it next starts another one.
   *
   * @returns gives it back; only the first time counts
   */
  hold(user: ReaperUser): () => void;
  /** Resolves when the reaper's process is gone, or at once where another isolator holds it. */
  over(): Promise<void>;
  /**
   * Starts the reaper's process, tells it of the host's directories, and makes them, in this order: whenever the host dies,
   * somebody knows of them.
   *
   * @param onNode what it runs on where there is no shell
   */
  prepare(onNode?: ReaperOnNode): void;
  /**
   * Registers the group of a child that was spawned `detached`. When this returns the reaper's pipe holds the line, so
   * that the host may die in the next instruction.
   */
  add(pgid: number): void;
  /** Forgets a group. Call it only once the group is gone (`groupAlive` is false): from then on its id may be reused. */
  remove(pgid: number): void;
  /**
   * Registers a control group, by the path of its folder. After the host's death all in it and below it are killed and
   * the folder is removed. As with `add`, the host may die in the next instruction. Does nothing outside Linux.
   *
   * @throws IsolationError `INVALID_OPTION` unless the path is absolute and its last part begins with `pi-` and a digit
   */
  addCgroup(path: string): void;
  /** Forgets a control group. Call it once its folder is removed. */
  removeCgroup(path: string): void;
  /** Registers a folder that is removed after the host's death if nothing is in it then. */
  addFolder(path: string): void;
  /**
   * Has something removed with all it holds, without end for this host: in one of the host's directories, or next to a
   * folder of `addFolder`, with its path and a dot before the rest of the name. False where no reaper runs, or the path has
   * a line break.
   */
  discard(path: string): boolean;
  /** Forgets such a folder. Call it once it is removed. */
  removeFolder(path: string): void;
}

let reaper: Reaper | undefined;

/**
 * The one reaper of this host. Its process is started at the first `prepare` or `add`, never keeps the host alive, and ends
 * with the last who holds it.
 */
export function hostReaper(): Reaper {
  reaper ??= forThisSystem({
    linux: () =>
      createPosixReaper({ directory: hostDirectory, memory: sharedMemoryDirectory, leave: leaveDirectories }),
    macos: () => createPosixReaper({ directory: hostDirectory, leave: leaveDirectories }),
    windows: createWindowsReaper,
  })();
  return reaper;
}

function leaveDirectories(): void {
  removeSharedMemoryDirectory();
  removeHostDirectory();
}
