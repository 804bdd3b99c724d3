import type { IndexedPayload } from "../contract/index.js";
import { payloadLength, readInlinePayload, writePayload } from "./payload-bytes.js";
import { numberFieldLength, readVarint, sizeWithHead, writeHead, writeNumberField } from "./varints.js";

/** An `IndexedPayload`, written and read by hand: an item of a stream that is no JSON. */

const INDEX = 1;
const VALUE = 2;
const INDEX_TAG = 8;
const VALUE_TAG = 18;

export function indexedPayloadLength({ index, value }: IndexedPayload): number {
  return numberFieldLength(index) + (value === undefined ? 0 : sizeWithHead(payloadLength(value)));
}

/** @returns where it ends */
export function writeIndexedPayload(into: Buffer, start: number, { index, value }: IndexedPayload): number {
  const at = writeNumberField(into, start, INDEX, index);
  return value === undefined ? at : writePayload(into, writeHead(into, at, VALUE, payloadLength(value)), value);
}

/** @returns nothing where it is otherwise than `writeIndexedPayload` makes it with an inline payload: for the generated code */
export function readIndexedPayload(bytes: Buffer, start: number, end: number): IndexedPayload | undefined {
  let at = start;
  let index = 0;
  if (bytes[at] === INDEX_TAG) [index, at] = readVarint(bytes, at + 1);
  if (at >= end || bytes[at] !== VALUE_TAG) return undefined;
  const [size, payloadAt] = readVarint(bytes, at + 1);
  if (payloadAt + size !== end) return undefined;
  const value = readInlinePayload(bytes, payloadAt, end);
  return value === undefined ? undefined : { index, value };
}
