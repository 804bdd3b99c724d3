import { resolve } from "node:path";
import type { Writable } from "node:stream";
import { invalidOption, ownOptions } from "../../errors/index.js";
import { type ByteSize, toBytes } from "../../limits/index.js";
import type { OutputMode } from "../../process/index.js";
import { aString } from "./checks.js";

/** A file that whole lines are appended to, by all processes of the isolate. */
export interface LogFileOptions {
  /** Its path, seen from the working directory. Made when it is not there; its folder has to be. */
  file: string;
  /**
   * How large it may grow: a number of bytes, or `"10MB"`. When it is full it is renamed to `<file>.1`, over the one
   * before, and a new one begun. At least `"4KiB"`. Default: no bound.
   */
  maxBytes?: ByteSize;
}

/** Where what a process prints goes. */
export type OutputOption = OutputMode | Writable | LogFileOptions;

/** The same after validation. */
export type ResolvedOutput = OutputMode | Writable | ResolvedLogFile;

export interface ResolvedLogFile {
  readonly file: string;
  /** Infinity for no bound. */
  readonly maxBytes: number;
}

const MODES: readonly unknown[] = ["events", "inherit", "ignore"] satisfies OutputMode[];
const BOUND = '"events", "inherit", "ignore", a Writable stream or { file }';

/** What one output stream leads to. */
export function resolveOutput(name: "stdout" | "stderr", value: unknown): ResolvedOutput {
  if (MODES.includes(value)) return value as OutputMode;
  if (typeof value !== "object" || value === null) throw invalidOption(name, BOUND, value);
  if (isWritable(value)) {
    if (value.writable) return value;
    throw invalidOption(name, "a stream that can still be written to", value);
  }
  if (!("file" in value)) throw invalidOption(name, BOUND, value);
  const { file, maxBytes } = ownOptions(name, value, ["file", "maxBytes"]);
  return Object.freeze({
    file: resolve(aString(`${name}.file`, file)),
    maxBytes: maxBytes === undefined ? Number.POSITIVE_INFINITY : toBytes(`${name}.maxBytes`, maxBytes, 4 * 1024),
  });
}

/** By what it can do: a stream may come from another copy of a stream library. */
function isWritable(value: object): value is Writable {
  const { write, on } = value as Partial<Writable>;
  return typeof write === "function" && typeof on === "function";
}
