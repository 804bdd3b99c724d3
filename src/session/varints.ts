/** Numbers and heads of fields, as protobuf writes them. */

const LENGTH_DELIMITED = 2;

/** An unsigned number of up to 32 bits, and where the next field begins. @throws RangeError */
export function readVarint(bytes: Buffer, start: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = start, shift = 0; shift < 35; at += 1, shift += 7) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value > 0xffff_ffff ? value % 2 ** 32 : value, at + 1];
  }
  throw new RangeError("a number has no end");
}

export function varintLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** @returns where the next field begins */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > 0x7f) {
    bytes[end] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    end += 1;
  }
  bytes[end] = rest;
  return end + 1;
}

/** Begins a field that has a length. @returns where its content begins */
export function writeHead(bytes: Buffer, at: number, field: number, size: number): number {
  bytes[at] = (field << 3) | LENGTH_DELIMITED;
  return writeVarint(bytes, at + 1, size);
}

/** How long a field is that has a length, with its head, where the number of the field is below 16. */
export function sizeWithHead(size: number): number {
  return 1 + varintLength(size) + size;
}

/** How long a field of a number is; 0, the default, is not said. */
export function numberFieldLength(value: number): number {
  return value === 0 ? 0 : 1 + varintLength(value);
}

/** @returns where the next field begins */
export function writeNumberField(bytes: Buffer, at: number, field: number, value: number): number {
  if (value === 0) return at;
  bytes[at] = field << 3;
  return writeVarint(bytes, at + 1, value);
}
