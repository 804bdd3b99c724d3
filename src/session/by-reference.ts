import { REFERENCE_MARK } from "../codec/index.js";

/** Whether an object crosses by reference, not as a copy. */
export function crossesByReference(value: object): boolean {
  if (typeof value === "function" || isMarked(value)) return true;
  return value instanceof AbortSignal || isStream(value);
}

export function isStream(value: object): boolean {
  return isReadableStream(value) || isAsyncIterable(value);
}

/** The class takes Node 25 ms to load; who has a stream has done that. */
export function isReadableStream(value: object): value is ReadableStream {
  if (!("getReader" in value)) return false;
  return value instanceof process.getBuiltinModule("node:stream/web").ReadableStream;
}

/** Whether its owner has said so, with `remote`. */
export function isMarked(value: object): boolean {
  return REFERENCE_MARK in value;
}

export function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";
}
