import type { CallDetails } from "../contract/index.js";
import { payloadLength, readInlinePayload, writePayload } from "./payload-bytes.js";
import { numberFieldLength, readVarint, sizeWithHead, writeHead, writeNumberField } from "./varints.js";

/** `CallDetails`, written and read by hand: most calls of some applications have a deadline or a trace. */

const INDEX = 1;
const ARGS = 2;
const ATTEMPT = 3;
const TIMEOUT_MS = 4;
const TRACE = 5;
const INDEX_TAG = 8;
const ARGS_TAG = 18;
const ATTEMPT_TAG = 24;
const TIMEOUT_MS_TAG = 32;
const TRACE_TAG = 42;

/** In an entry of the trace. */
const KEY = 1;
const VALUE = 2;
const KEY_TAG = 10;
const VALUE_TAG = 18;

export function callDetailsLength({ index, args, attempt, timeoutMs, trace }: CallDetails): number {
  let length = numberFieldLength(index) + numberFieldLength(attempt) + numberFieldLength(timeoutMs);
  if (args !== undefined) length += sizeWithHead(payloadLength(args));
  const names = Object.keys(trace);
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] as string;
    length += sizeWithHead(textFieldLength(name) + textFieldLength(trace[name] as string));
  }
  return length;
}

/** @returns where they end */
export function writeCallDetails(into: Buffer, start: number, details: CallDetails): number {
  const { args, trace } = details;
  let at = writeNumberField(into, start, INDEX, details.index);
  if (args !== undefined) {
    at = writeHead(into, at, ARGS, payloadLength(args));
    at = writePayload(into, at, args);
  }
  at = writeNumberField(into, at, ATTEMPT, details.attempt);
  at = writeNumberField(into, at, TIMEOUT_MS, details.timeoutMs);
  const names = Object.keys(trace);
  for (let which = 0; which < names.length; which += 1) {
    const name = names[which] as string;
    const value = trace[name] as string;
    at = writeHead(into, at, TRACE, textFieldLength(name) + textFieldLength(value));
    at = writeTextField(into, at, KEY, name);
    at = writeTextField(into, at, VALUE, value);
  }
  return at;
}

/** @returns nothing where they are otherwise than `writeCallDetails` makes them with inline arguments: for the generated code */
export function readCallDetails(bytes: Buffer, start: number, end: number): CallDetails | undefined {
  const details: CallDetails = { index: 0, args: undefined, attempt: 0, timeoutMs: 0, trace: {} };
  let at = start;
  while (at < end) {
    const tag = bytes[at] as number;
    const [value, next] = readVarint(bytes, at + 1);
    at = next;
    if (tag === INDEX_TAG) details.index = value;
    else if (tag === ATTEMPT_TAG) details.attempt = value;
    else if (tag === TIMEOUT_MS_TAG) details.timeoutMs = value;
    else {
      at += value;
      if (at > end) return undefined;
      if (tag === ARGS_TAG && details.args === undefined) {
        details.args = readInlinePayload(bytes, next, at);
        if (details.args === undefined) return undefined;
      } else if (tag !== TRACE_TAG || !readTraceEntry(bytes, next, at, details.trace)) return undefined;
    }
  }
  return at === end ? details : undefined;
}

function readTraceEntry(bytes: Buffer, start: number, end: number, trace: Record<string, string>): boolean {
  if (start >= end || bytes[start] !== KEY_TAG) return false;
  const [keySize, keyAt] = readVarint(bytes, start + 1);
  const keyEnd = keyAt + keySize;
  if (keyEnd >= end || bytes[keyEnd] !== VALUE_TAG) return false;
  const [valueSize, valueAt] = readVarint(bytes, keyEnd + 1);
  if (valueAt + valueSize !== end) return false;
  const key = bytes.toString("utf8", keyAt, keyEnd);
  if (key === "__proto__") return false;
  trace[key] = bytes.toString("utf8", valueAt, end);
  return true;
}

function textFieldLength(text: string): number {
  return text === "" ? 0 : sizeWithHead(Buffer.byteLength(text));
}

function writeTextField(into: Buffer, start: number, field: number, text: string): number {
  if (text === "") return start;
  const at = writeHead(into, start, field, Buffer.byteLength(text));
  return at + into.write(text, at, "utf8");
}
