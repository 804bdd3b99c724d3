import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { invalidOption } from "../../errors/index.js";
import { pihostEntry } from "../../process/index.js";
import { aString } from "./checks.js";

/** What `boot.cjs` of this package loads from beside it. */
const BOOT = "boot.cjs";
const MAIN = "main.cjs";

/**
 * The script that every process starts from, as an absolute path.
 *
 * @throws IsolationError `INVALID_OPTION` where it is no file, or not all of the executable; and where none was given and
 *   there is none beside this package
 */
export function resolvePihostPath(value: unknown): string {
  if (value === undefined) return pihostEntry();
  const path = toPath(value);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw invalidOption("pihostPath", "a file that exists: dist/pihost/boot.cjs of process-isolation", String(value));
  }
  if (basename(path) === BOOT && !existsSync(join(dirname(path), MAIN))) {
    throw invalidOption("pihostPath", `a ${BOOT} that has its ${MAIN} beside it: copy the whole folder`, String(value));
  }
  return path;
}

function toPath(value: unknown): string {
  const isUrl = value instanceof URL || (typeof value === "string" && value.startsWith("file:"));
  if (!isUrl) return resolve(aString("pihostPath", value));
  try {
    return fileURLToPath(value as string | URL);
  } catch {
    throw invalidOption("pihostPath", "a path or a file URL", String(value));
  }
}
