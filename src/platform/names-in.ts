import { opendirSync } from "node:fs";

/** Entries that one system call gives. */
const ENTRIES_AT_ONCE = 64;

/**
 * The names in a folder, however many there are, read as they are asked for. A folder that is gone, or for which no
 * descriptor is left, has none.
 */
export function* namesIn(folder: string): Generator<string, void, undefined> {
  try {
    const directory = opendirSync(folder, { bufferSize: ENTRIES_AT_ONCE });
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry.name;
    } finally {
      directory.closeSync();
    }
  } catch {
    // Gone, or no descriptor left.
  }
}
