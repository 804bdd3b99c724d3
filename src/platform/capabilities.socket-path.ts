import { forThisSystem } from "./for-this-system.js";
import { LINUX_PATH_LIMIT, MACOS_PATH_LIMIT } from "./socket-address.posix.js";

/** How long the path of a unix domain socket may be here, in bytes. Meaningless on Windows, which has pipes. */
export function longestSocketPath(): number {
  return forThisSystem({ linux: LINUX_PATH_LIMIT, macos: MACOS_PATH_LIMIT, windows: LINUX_PATH_LIMIT }) - 1;
}
