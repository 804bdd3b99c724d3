import { holdLock, releaseLock } from "./host-lock.js";
import { type DirectoryKind, writeMarker } from "./host-marker.js";

/** Directories whose locks this host holds. */
const held = new Set<string>();

/** Gives a directory up, which is removed or about to be: its lock is nobody's. */
export function releaseDirectory(path: string): void {
  if (held.delete(path)) releaseLock(path);
}

/**
 * Makes a directory known as this host's: takes its lock, then marks it. Without both no other host ever removes it, also
 * not after the death of this one. False where that is so; where a disk was full, it may be tried again.
 *
 * @param sockets the host's directory of sockets
 */
export function claimDirectory(path: string, kind: DirectoryKind, sockets: string): boolean {
  try {
    if (!held.has(path) && !holdLock(path)) return false;
    held.add(path);
    return writeMarker(path, kind, sockets);
  } catch {
    return false;
  }
}
