// A module that has turned against its host: it writes to the descriptors that the process has inherited.
import { writeSync } from "node:fs";

/** Most tries of a write that the kernel has no room for. */
const MOST_TRIES = 100_000;

/** @param {number} fd @param {Uint8Array} bytes */
export function write(fd, bytes) {
  let offset = 0;
  for (let tries = 0; offset < bytes.length && tries < MOST_TRIES; tries += 1) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EAGAIN") throw error;
    }
  }
  return offset;
}
