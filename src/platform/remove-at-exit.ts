import { removeHostDirectorySteps } from "./remove-folder.js";
import { atOnce } from "./slices.js";

/** How long the exit of a host may take longer because of one directory, in milliseconds. */
const PATIENCE_MS = 50;

/**
 * Removes a directory of this host, which is about to exit. Much of what a child has left in it is left to the reaper,
 * which removes the directory when the host is gone.
 */
export function removeAtExit(path: string): void {
  const deadline = performance.now() + PATIENCE_MS;
  atOnce(removeHostDirectorySteps(path), () => performance.now() < deadline);
}
