import { createHash } from "node:crypto";
import { IsolationError } from "../errors/index.js";
import { invalidOption, ownOptions } from "./checks.js";

/** What a module file must be. */
export interface IntegrityOptions {
  /** The SHA-256 of the file's bytes: 64 hexadecimal digits, as `sha256sum` prints them. */
  sha256: string;
}

/** After validation: lower case, frozen. */
export type Integrity = Readonly<IntegrityOptions>;

/** @throws IsolationError `INVALID_OPTION` */
export function resolveIntegrity(value: unknown, name = "integrity"): Integrity {
  const { sha256 } = ownOptions(name, value, ["sha256"]);
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw invalidOption(`${name}.sha256`, "64 hexadecimal digits", sha256);
  }
  return Object.freeze({ sha256: sha256.toLowerCase() });
}

/**
 * Compares the bytes that are about to be run, and not a file that may have changed since.
 *
 * @param label names the module in the message
 * @throws IsolationError `MODULE_FAILED` when they are other bytes
 */
export function checkIntegrity(label: string, bytes: Uint8Array, integrity: Integrity): void {
  compareDigest(label, createHash("sha256").update(bytes).digest("hex"), integrity);
}

/** The same for a digest that was computed elsewhere. */
export function compareDigest(label: string, found: string, { sha256 }: Integrity): void {
  if (found === sha256) return;
  throw new IsolationError(
    "MODULE_FAILED",
    `${label} is not what integrity asks for: its sha256 is ${found}, not ${sha256}`,
  );
}

/** It is in Node's cache: who imported it did so without a check. */
export function loadedUnchecked(url: string): IsolationError {
  return new IsolationError("MODULE_FAILED", `${url} had been loaded before its integrity could be checked`);
}
