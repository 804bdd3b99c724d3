import { CODE, ConnectionError, FLAG } from "./protocol.js";

/** The payload of a DATA or HEADERS frame without its padding, and without the bytes that come before the content. */
export function withoutPadding(flags: number, payload: Buffer, skipped: number): Buffer {
  if ((flags & FLAG.padded) === 0) return skipped === 0 ? payload : payload.subarray(skipped);
  const padding = payload[0];
  if (padding === undefined || 1 + skipped + padding > payload.length)
    throw new ConnectionError(CODE.protocol, "the peer sent more padding than its frame holds");
  return payload.subarray(1 + skipped, payload.length - padding);
}
