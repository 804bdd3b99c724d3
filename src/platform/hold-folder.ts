import { chmodSync, closeSync, constants, lchmodSync, openSync } from "node:fs";
import { forThisSystem } from "./for-this-system.js";

/** A descriptor for the folder itself, which needs no permission on it; Node.js has no name for the flag. */
const O_PATH = 0o10000000;

/** A folder that is held open. */
export interface HeldFolder {
  /** Leads to that very folder, wherever it is by now, and whatever has its place. */
  readonly path: string;
  release(): void;
}

/** Gives a folder of ours mode 0700; never what a link, or whoever puts a link there meanwhile, leads to. */
export const makeEnterable: (folder: string) => void = forThisSystem({
  linux: makeLinuxFolderEnterable,
  macos: (folder: string) => lchmodSync(folder, 0o700),
  windows: () => {},
});

/** Opens a folder, never what a link leads to. Undefined where that is not possible, and on systems without /proc. */
export const holdFolder: (folder: string) => HeldFolder | undefined = forThisSystem({
  linux: holdLinuxFolder,
  macos: () => undefined,
  windows: () => undefined,
});

function makeLinuxFolderEnterable(folder: string): void {
  const file = openSync(folder, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${file}`, 0o700);
  } finally {
    closeSync(file);
  }
}

function holdLinuxFolder(folder: string): HeldFolder | undefined {
  try {
    const file = openSync(folder, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const path = `/proc/self/fd/${file}`;
    try {
      chmodSync(path, 0o700);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    return { path, release: () => closeSync(file) };
  } catch {
    return undefined;
  }
}
