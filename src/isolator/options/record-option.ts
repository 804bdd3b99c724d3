import { resolve } from "node:path";
import { invalidOption, ownOptions } from "../../errors/index.js";
import { type ByteSize, toBytes } from "../../limits/index.js";
import type { RecorderOptions } from "../../recording/index.js";
import { aString } from "./checks.js";

/** Where, and how much, of what an isolate is called with and answers is kept. */
export interface RecordOptions {
  /** The path of the file, seen from the working directory. One that is there already is renamed to `<file>.1`, over the one before. */
  file: string;
  /**
   * How large it may grow: a number of bytes, or `"100MB"`. When it is full it is renamed to `<file>.1` and a new one
   * begun. At least `"64KiB"`. Default: no bound.
   */
  maxBytes?: ByteSize;
  /**
   * Takes secrets out: called with the name and the value of each property of what crosses, as the record says it in JSON; what it returns
   * is kept instead. Values that travel in parts (from 96 KiB on, items of streams from 32 KiB on) are then not kept at all. What it throws takes the whole value out.
   */
  redact?: (key: string, value: unknown) => unknown;
}

const MIN_BYTES = 64 * 1024;

export function resolveRecord(value: unknown): RecorderOptions | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return resolveRecord({ file: value });
  if (typeof value !== "object" || value === null) throw invalidOption("record", "a path, or { file }", value);
  const { file, maxBytes, redact } = ownOptions("record", value, ["file", "maxBytes", "redact"]);
  if (redact !== undefined && typeof redact !== "function") throw invalidOption("record.redact", "a function", redact);
  return Object.freeze({
    file: resolve(aString("record.file", file)),
    maxBytes: maxBytes === undefined ? Number.POSITIVE_INFINITY : toBytes("record.maxBytes", maxBytes, MIN_BYTES),
    redact: redact as RecorderOptions["redact"],
  });
}
