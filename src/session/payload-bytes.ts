import type { Payload } from "../contract/index.js";
import { readVarint, sizeWithHead, writeHead } from "./varints.js";

/** A `Payload`, written and read by hand. */

const INLINE = 1;
const INLINE_TAG = 10;
const PLACE = 2;

export function payloadLength({ form }: Payload): number {
  if (form === undefined) return 0;
  return sizeWithHead(form.$case === "inline" ? form.value.length : Buffer.byteLength(form.value));
}

/** @returns where it ends */
export function writePayload(into: Buffer, start: number, { form }: Payload): number {
  if (form === undefined) return start;
  if (form.$case === "inline") {
    const at = writeHead(into, start, INLINE, form.value.length);
    into.set(form.value, at);
    return at + form.value.length;
  }
  const at = writeHead(into, start, PLACE, Buffer.byteLength(form.value));
  return at + into.write(form.value, at, "utf8");
}

/** Reads one that is nothing but inline bytes, which stay where they are: they are decoded before more is read. Others are for the generated code. */
export function readInlinePayload(bytes: Buffer, start: number, end: number): Payload | undefined {
  if (start >= end || bytes[start] !== INLINE_TAG) return undefined;
  const [size, at] = readVarint(bytes, start + 1);
  if (at + size !== end) return undefined;
  return { form: { $case: "inline", value: bytes.subarray(at, end) } };
}
