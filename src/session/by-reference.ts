import { REFERENCE_MARK } from "../codec/index.js";

/** Whether an object crosses by reference, not as a copy. */
export function crossesByReference(value: object): boolean {
  if (typeof value === "function" || isMarked(value)) return true;
  return value instanceof AbortSignal || isStream(value);
}

export function isStream(value: object): boolean {
  return value instanceof ReadableStream || isAsyncIterable(value);
}

/** Whether its owner has said so, with `remote`. */
export function isMarked(value: object): boolean {
  return REFERENCE_MARK in value;
}

export function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";
}
