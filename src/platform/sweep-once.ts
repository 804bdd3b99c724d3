import { hostDirectory } from "./host-directory.js";
import { sweepDeadHosts } from "./host-lock.js";
import { sharedMemoryDirectory } from "./shared-memory-directory.js";
import { LINUX_MEMORY_PARENT } from "./shared-memory-directory.linux.js";

let swept: Promise<void> | undefined;

/** Removes what dead hosts of this user have left, once in the life of this process. Never rejects. */
export function sweepOnce(): Promise<void> {
  swept ??= sweepDeadHosts(
    [hostDirectory(), sharedMemoryDirectory()].filter((path) => path !== undefined),
    process.platform === "linux" ? LINUX_MEMORY_PARENT : undefined,
  ).catch(() => {});
  return swept;
}
