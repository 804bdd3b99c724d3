import { PREFIX_LENGTH } from "../../src/session/index.js";

/** A message as it stands on the wire: a flag, a length, and the body. */
export function prefixed(body: Uint8Array, flag = 0, claimed = body.length): Buffer {
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix[0] = flag;
  prefix.writeUInt32BE(claimed, 1);
  return Buffer.concat([prefix, body]);
}

/** A frame as a lane takes it, with room for the prefix; its number is in its first bytes. */
export function numbered(number: number, length: number): Buffer {
  const message = Buffer.alloc(PREFIX_LENGTH + length, 0xee);
  message.writeUInt32LE(number, PREFIX_LENGTH);
  return message;
}
