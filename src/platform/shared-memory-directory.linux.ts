import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimDirectory } from "./claim-directory.js";
import { type Announce, createPrivateDirectory } from "./host-directory.posix.js";
import { LOCK } from "./host-marker.js";
import { removeAtExit } from "./remove-at-exit.js";

/** tmpfs, in every Linux; in containers often small (64 MB), which its users have to live with. */
export const LINUX_MEMORY_PARENT = "/dev/shm";

/** Where hosts of release 0.1 look for the lock of a directory in shared memory before they take it for a dead host's. */
const OWNER = "owner";

/** A private directory in tmpfs with a lock of its own, or `undefined` where that is missing, full or read-only. */
export function createLinuxMemoryDirectory(
  sockets: string,
  announce?: Announce,
  parent = LINUX_MEMORY_PARENT,
): string | undefined {
  let path: string | undefined;
  try {
    path = createPrivateDirectory(parent, announce);
    claimDirectory(path, "memory", sockets);
    writeFileSync(join(path, OWNER), join(path, LOCK), { mode: 0o600 });
    return path;
  } catch {
    if (path !== undefined) removeAtExit(path);
    return undefined;
  }
}
