import { closeSync, fstatSync } from "node:fs";
import type { Go } from "../src/contract/index.js";

/** Closes what this process has inherited by accident; a descriptor that leads elsewhere by now is somebody else's. */
export function closeStrayDescriptors(descriptors: Go["strayDescriptors"]): void {
  for (const { number, file } of descriptors) {
    try {
      const { dev, ino } = fstatSync(number, { bigint: true });
      if (`${dev}:${ino}` === file) closeSync(number);
    } catch {
      // It did not come this far.
    }
  }
}
