import { holdLock } from "./host-lock.js";
import { type DirectoryKind, writeMarker } from "./host-marker.js";

/**
 * Makes a directory known as this host's: takes its lock, then marks it. Without both no other host ever removes it, also
 * not after the death of this one. False where that is so.
 *
 * @param sockets the host's directory of sockets
 */
export function claimDirectory(path: string, kind: DirectoryKind, sockets: string): boolean {
  try {
    return holdLock(path) && writeMarker(path, kind, sockets);
  } catch {
    // A disk that is full.
    return false;
  }
}
