import { SessionFrame, SessionRequest, SessionResponse } from "./gen/pihost/v1/session.js";

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

/** The encoded frame of a SessionRequest. */
export function unwrapRequest(message: Buffer): Buffer {
  return sliceFrame(message) ?? encode(SessionRequest.decode(message).frame);
}

/** The encoded frame of a SessionResponse. */
export function unwrapResponse(message: Buffer): Buffer {
  return sliceFrame(message) ?? encode(SessionResponse.decode(message).frame);
}

/** The usual case, without decoding: one field that fills the message. */
function sliceFrame(message: Buffer): Buffer | undefined {
  if (message[0] !== FRAME_TAG) return undefined;
  let length = 0;
  for (let index = 1, shift = 0; index <= 5; index += 1, shift += 7) {
    const byte = message[index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte <= 0x7f) return index + 1 + length === message.length ? message.subarray(index + 1) : undefined;
  }
  return undefined;
}

function encode(frame: SessionFrame | undefined): Buffer {
  return frame === undefined ? Buffer.alloc(0) : Buffer.from(SessionFrame.encode(frame).finish());
}
