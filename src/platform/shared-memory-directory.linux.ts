import { chmodSync, mkdtempSync } from "node:fs";
import { isPrivatePosixDirectory } from "./host-directory.posix.js";

/** tmpfs, in every Linux; in containers often small (64 MB), which its users have to live with. */
export const LINUX_MEMORY_PARENT = "/dev/shm";

/** A private directory in tmpfs, or `undefined` where that is missing or read-only. */
export function createLinuxMemoryDirectory(parent = LINUX_MEMORY_PARENT): string | undefined {
  try {
    const path = mkdtempSync(`${parent}/pi-`);
    chmodSync(path, 0o700);
    return isPrivatePosixDirectory(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
