/** Just enough of protobuf for descriptors, reflection and health: hand-written, so that its bounds are ours. */

export interface WireField {
  readonly number: number;
  /** Of a varint; 0 for others. */
  readonly value: number;
  /** Of a field with a length; empty for others. */
  readonly bytes: Buffer;
  /** The field as it is on the wire, tag included. */
  readonly raw: Buffer;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** The fields of a message, in their order. @throws RangeError for bytes that are no message */
export function* fieldsOf(message: Uint8Array): Generator<WireField, void, undefined> {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const from = cursor.at;
    const tag = varint(bytes, cursor);
    const number = Math.floor(tag / 8);
    if (number === 0) throw new RangeError("field 0");
    let value = 0;
    let content = NOTHING;
    const type = tag % 8;
    if (type === 0) value = varint(bytes, cursor);
    else if (type === 1) cursor.at += 8;
    else if (type === 5) cursor.at += 4;
    else if (type === 2) {
      const length = varint(bytes, cursor);
      content = bytes.subarray(cursor.at, cursor.at + length);
      cursor.at += length;
    } else throw new RangeError(`wire type ${type}`);
    if (cursor.at > bytes.length) throw new RangeError("a field beyond its message");
    yield { number, value, bytes: content, raw: bytes.subarray(from, cursor.at) };
  }
}

/** Up to 64 bits; beyond 53, it is only as near as a double comes. */
function varint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let factor = 1, index = 0; index < 10; index++, factor *= 128) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new RangeError("a varint beyond its message");
    cursor.at += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  throw new RangeError("a varint of more than ten bytes");
}

export function varintField(number: number, value: number): Buffer {
  return Buffer.from([...varintBytes(number * 8), ...varintBytes(value)]);
}

export function bytesField(number: number, content: Uint8Array | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([Buffer.from([...varintBytes(number * 8 + 2), ...varintBytes(bytes.length)]), bytes]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}
