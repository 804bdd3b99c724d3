/** The tag of field 1 with a length before it: `SessionRequest.frame` and `SessionResponse.frame`. */
const FRAME_TAG = 0x0a;

/** Puts an encoded frame into a SessionRequest or SessionResponse; the two look the same on the wire. */
export function wrapFrame(frame: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = frame.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  length.push(rest);
  return Buffer.concat([Buffer.from([FRAME_TAG, ...length]), frame]);
}

/** The encoded frame of a SessionRequest, which is empty when it has none. @throws RangeError when it is no message */
export const unwrapRequest = unwrapFrame;

/** The encoded frame of a SessionResponse, which is empty when it has none. @throws RangeError when it is no message */
export const unwrapResponse = unwrapFrame;

/** By hand: nothing is built of a message whose entries nobody has counted. Other fields are skipped. */
function unwrapFrame(message: Buffer): Buffer {
  let frame: Buffer | undefined;
  for (let at = 0; at < message.length; ) {
    const [tag, start] = readVarint(message, at);
    const [value, next] = (tag & 7) === 2 || (tag & 7) === 0 ? readVarint(message, start) : [0, start];
    at = next + lengthOf(tag & 7, value);
    if (at > message.length) throw new RangeError("a field is cut off");
    if (tag !== FRAME_TAG) continue;
    if (frame !== undefined) throw new RangeError("a message has two frames");
    frame = message.subarray(next, at);
  }
  return frame ?? Buffer.alloc(0);
}

/** How many bytes a field has behind its tag and its number. */
function lengthOf(wireType: number, value: number): number {
  if (wireType === 0) return 0;
  if (wireType === 1) return 8;
  if (wireType === 2) return value;
  if (wireType === 5) return 4;
  throw new RangeError(`there is no wire type ${wireType}`);
}

function readVarint(bytes: Buffer, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    if (at < start + 5) value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return [value % 2 ** 32, at + 1];
  }
  throw new RangeError("a number has no end");
}
