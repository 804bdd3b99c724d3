import { IsolationError } from "../errors/index.js";

/** The messages in a message, by field number. */
interface Shape {
  readonly [field: number]: Shape;
}

const PLAIN: Shape = {};
const WITH_PAYLOAD: Shape = { 2: PLAIN };

/** The fields of SessionFrame, and of what is in it, that are messages. */
const FRAME: Shape = {
  1: PLAIN,
  5: { 2: PLAIN, 5: PLAIN },
  9: WITH_PAYLOAD,
  10: WITH_PAYLOAD,
  11: WITH_PAYLOAD,
  15: { 2: PLAIN, 3: PLAIN },
  16: PLAIN,
  17: WITH_PAYLOAD,
  20: PLAIN,
};

/** The fields of SessionFrame that are columns of numbers: each number is an entry, packed or not. */
const NUMBERS: ReadonlySet<number> = new Set([2, 3, 6, 7, 12, 14, 18, 19, 23, 24]);

/**
 * Counts the fields and numbers in a frame, in one pass over its bytes, before anything is built of them.
 *
 * The decoder that comes after must see the same: what it would read beyond the end of its message, and the tags that end a
 * message early for it, are refused.
 *
 * @throws IsolationError PROTOCOL when there are more than `bound`; RangeError when the bytes are no frame
 */
export function countEntries(bytes: Uint8Array, bound: number): number {
  return new EntryCounter(bytes, bound).count();
}

class EntryCounter {
  private entries = 0;
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly bound: number;

  constructor(bytes: Uint8Array, bound: number) {
    this.bytes = bytes;
    this.bound = bound;
  }

  count(): number {
    this.message(this.bytes.length, FRAME);
    return this.entries;
  }

  private message(end: number, shape: Shape): void {
    while (this.at < end) {
      const tag = this.varint();
      const field = tag >>> 3;
      const wireType = tag & 7;
      if (field === 0) throw new RangeError("a field has no number");
      this.add(1);
      if (wireType === 2) this.delimited(end, field, shape);
      else if (wireType === 0) this.varint();
      else if (wireType === 1) this.at += 8;
      else if (wireType === 5) this.at += 4;
      else throw new RangeError(`there is no wire type ${wireType}`);
    }
    if (this.at > end) throw new RangeError("a field is cut off");
  }

  private delimited(end: number, field: number, shape: Shape): void {
    const length = this.varint();
    const next = this.at + length;
    if (next > end) throw new RangeError("a field is cut off");
    const inner = shape[field];
    if (inner !== undefined) this.message(next, inner);
    else if (shape === FRAME && NUMBERS.has(field)) this.numbers(next);
    this.at = next;
  }

  /** Each number ends with a byte that has no high bit. */
  private numbers(end: number): void {
    const { bytes } = this;
    let numbers = 0;
    for (let at = this.at; at < end; at += 1) if ((bytes[at] as number) < 0x80) numbers += 1;
    if (end > this.at && (bytes[end - 1] as number) >= 0x80) throw new RangeError("a number has no end");
    this.add(numbers);
  }

  private add(entries: number): void {
    this.entries += entries;
    if (this.entries <= this.bound) return;
    const message = `the peer sent a frame with ${this.entries} entries or more; budget.entries is ${this.bound}`;
    throw new IsolationError("PROTOCOL", message);
  }

  /** Unsigned, of 32 bits; up to ten bytes, as everywhere in protobuf. */
  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes[this.at];
      this.at += 1;
      if (byte === undefined) break;
      if (shift < 35) value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value % 2 ** 32;
    }
    throw new RangeError("a number has no end");
  }
}
