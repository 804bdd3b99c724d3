import { chmodSync, closeSync, constants, lchmodSync, openSync } from "node:fs";
import { forThisSystem } from "./for-this-system.js";

/** A descriptor for the folder itself, which needs no permission on it; Node.js has no name for the flag. */
const O_PATH = 0o10000000;

/** Gives a folder of ours mode 0700; never what a link, or whoever puts a link there meanwhile, leads to. */
export const makeEnterable: (folder: string) => void = forThisSystem({
  linux: (folder: string) => {
    const file = openSync(folder, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      chmodSync(`/proc/self/fd/${file}`, 0o700);
    } finally {
      closeSync(file);
    }
  },
  macos: (folder: string) => lchmodSync(folder, 0o700),
  windows: () => {},
});
