import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
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
