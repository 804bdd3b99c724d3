import { types } from "node:util";
import { maxLengthOf } from "./array-buffers.js";
import type { DecodeContext } from "./decode-context.js";
import { COST } from "./decode-cost.js";
import { costOfJson } from "./json-cost.js";
import { REFERENCE_MARK } from "./reference-mark.js";
import { type Encoded, FORMAT_VERSION, HEADER_LENGTH } from "./wire-format.js";

/** Bytes alone, and in an array that has nothing else: the text that `encodeValue` makes of them. */
const LONE = /^\[\["\$v","(Buffer|Uint8Array)",0,0,(0|[1-9]\d{0,9})\],\[\2\]\]$/;
const ONLY_ITEM = /^\[\[\["\$v","(Buffer|Uint8Array)",0,0,(0|[1-9]\d{0,9})\]\],\[\2\]\]$/;
const LONGEST_TEXT = 64;
const OPEN_ARRAY = 0x5b;

const bufferPrototype: object = Buffer.prototype;
const uint8Prototype: object = Uint8Array.prototype;
const typedArrayPrototype: object = Object.getPrototypeOf(uint8Prototype);
const lengthOf = getterOf<number>("length");
const arrayBufferOf = getterOf<ArrayBufferLike>("buffer");

/**
 * Encodes a few bytes that are all there is of a value, as a result, or as the only argument of a call. They are common, and a
 * walk over a graph would cost several times as much; what comes of it is the same.
 *
 * @param threshold the length from which bytes do not go inline
 * @returns `undefined` for everything else, of which nothing was run
 */
export function encodeLoneBytes(value: unknown, threshold: number): Encoded | undefined {
  const isOnlyItem = Array.isArray(value);
  const bytes = isOnlyItem ? onlyItemOf(value) : value;
  if (!isPlainBytes(bytes)) return undefined;
  const length = lengthOf(bytes);
  // What has no bytes may have lost them, which is for the walk to say.
  if (length === 0 || length >= threshold) return undefined;
  const node = `["$v","${Object.getPrototypeOf(bytes) === bufferPrototype ? "Buffer" : "Uint8Array"}",0,0,${length}]`;
  const text = isOnlyItem ? `[[${node}],[${length}]]` : `[${node},[${length}]]`;
  const start = HEADER_LENGTH + text.length;
  const encoded = Buffer.allocUnsafe(start + length);
  encoded[0] = FORMAT_VERSION;
  encoded.writeUInt32LE(text.length, 1);
  encoded.write(text, HEADER_LENGTH, "latin1");
  encoded.set(bytes, start);
  return encoded;
}

/** Decodes what is only that; it costs as much as in any other value. @returns `undefined` for everything else */
export function decodeLoneBytes(
  encoded: Encoded,
  { meter }: Pick<DecodeContext, "meter">,
): Uint8Array | [Uint8Array] | undefined {
  if (encoded[0] !== FORMAT_VERSION || (encoded[1] as number) > LONGEST_TEXT) return undefined;
  if (encoded[2] !== 0 || encoded[3] !== 0 || encoded[4] !== 0 || encoded[6] !== OPEN_ARRAY) return undefined;
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const start = HEADER_LENGTH + (encoded[1] as number);
  const text = bytes.toString("latin1", HEADER_LENGTH, start);
  const isOnlyItem = encoded[7] === OPEN_ARRAY;
  const said = (isOnlyItem ? ONLY_ITEM : LONE).exec(text);
  const length = Number(said?.[2]);
  if (said === null || start + length > bytes.length) return undefined;
  if (meter !== undefined) {
    meter.borrow(text.length + COST.range);
    meter.charge(costOfJson(text, meter.room) + COST.view + COST.buffer + length);
    meter.tick(1);
  }
  const own = Buffer.allocUnsafeSlow(length);
  own.set(bytes.subarray(start, start + length));
  const value = said[1] === "Buffer" ? own : new Uint8Array(own.buffer);
  return isOnlyItem ? [value] : value;
}

/** A getter that would run, also behind a Proxy, is left to the walk: each is to run once. */
function onlyItemOf(array: readonly unknown[]): unknown {
  if (types.isProxy(array) || array.length !== 1 || Object.keys(array).length !== 1) return undefined;
  return Object.getOwnPropertyDescriptor(array, 0)?.value;
}

function isPlainBytes(value: unknown): value is Uint8Array {
  if (!types.isUint8Array(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== bufferPrototype && prototype !== uint8Prototype) return false;
  if (REFERENCE_MARK in value || Symbol.asyncIterator in value) return false;
  const buffer = arrayBufferOf(value);
  return types.isArrayBuffer(buffer) && maxLengthOf(buffer) === undefined;
}

/** What the view itself says, whatever properties somebody gave it. */
function getterOf<T>(name: "length" | "buffer"): (view: Uint8Array) => T {
  const { get } = Object.getOwnPropertyDescriptor(typedArrayPrototype, name) as { get: () => T };
  return (view) => Reflect.apply(get, view, []);
}
