import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { IsolationError } from "../errors/index.js";

/** The digest of some bytes as it is compared. */
export function sha256Of(bytes: Uint8Array): string {
  // Loaded when it is needed: it takes a millisecond of every start.
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}

/** A module's URL without query and fragment: the file is the same. */
export function fileUrlOf(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

/** The URLs that stand for the file: its own, and that of where links lead. */
export function fileUrlsOf(url: string): string[] {
  const own = fileUrlOf(url);
  try {
    return [own, pathToFileURL(realpathSync(fileURLToPath(own))).href];
  } catch {
    // No file, or none that is there.
    return [own];
  }
}

/** The digests that files must have, by whatever path they are reached. */
export class ExpectedDigests {
  readonly #byUrl = new Map<string, string>();

  add(url: string, sha256: string): void {
    for (const file of fileUrlsOf(url)) this.#byUrl.set(file, sha256);
  }

  of(url: string): string | undefined {
    if (!url.startsWith("file:")) return undefined;
    for (const file of fileUrlsOf(url)) {
      const sha256 = this.#byUrl.get(file);
      if (sha256 !== undefined) return sha256;
    }
    return undefined;
  }
}

/** The error for a file with other bytes. */
export function otherBytes(url: string, found: string, sha256: string): IsolationError {
  return new IsolationError(
    "MODULE_FAILED",
    `${fileURLToPath(url)} is not what integrity asks for: its sha256 is ${found}, not ${sha256}`,
  );
}

/**
 * Whether a CommonJS module was run already, and not after a check: an import of it would ask the hooks, and then give
 * what is there.
 */
export function wasRequiredUnchecked(url: string, checked: Iterable<string>): boolean {
  if (createRequire(url).cache[fileURLToPath(url)] === undefined) return false;
  const file = fileUrlOf(url);
  return ![...checked].some((other) => fileUrlOf(other) === file);
}

/** It is in Node's cache: who imported it did so without a check. */
export function loadedUnchecked(url: string): IsolationError {
  return new IsolationError(
    "MODULE_FAILED",
    `${fileURLToPath(url)} had been loaded before its integrity could be checked`,
  );
}
