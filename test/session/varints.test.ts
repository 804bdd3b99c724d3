import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readVarint, varintLength, writeHead, writeVarint } from "../../src/session/varints.js";

/** Numbers on both sides of each length. */
const EDGES = [7, 14, 21, 28].flatMap((bits) => [2 ** bits - 1, 2 ** bits]);
const number = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, ...EDGES),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);

/** As the specification of protobuf has it: seven bits each, the lowest first, all but the last with the high bit. */
function asSpecified(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...asSpecified(Math.floor(value / 128))];
}

describe("a number of protobuf", () => {
  test("is written as specified, has the length that is told before, and is read again", () => {
    fc.assert(
      fc.property(number, fc.nat(5), (value, at) => {
        const bytes = Buffer.alloc(16, 0xee);
        const end = writeVarint(bytes, at, value);
        expect([...bytes.subarray(at, end)]).toEqual(asSpecified(value));
        expect([bytes[end], at === 0 ? 0xee : bytes[at - 1]]).toEqual([0xee, 0xee]);
        expect(varintLength(value)).toBe(end - at);
        expect(readVarint(bytes, at)).toEqual([value, end]);
      }),
    );
  });

  test.each(EDGES)("has the length of its bits: %i", (value) => {
    expect(varintLength(value)).toBe(asSpecified(value).length);
  });

  test("of more than 32 bits is what its lowest 32 are", () => {
    expect(readVarint(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]), 0)).toEqual([2 ** 32 - 1, 5]);
    expect(readVarint(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10]), 0)).toEqual([0, 5]);
  });

  test.each([[[0x80]], [[]], [[0xff, 0xff, 0xff, 0xff, 0xff, 0]]])("without an end is none: %j", (bytes) => {
    expect(() => readVarint(Buffer.from(bytes), 0)).toThrow(RangeError);
  });

  test("begins a field with its tag and its length", () => {
    const bytes = Buffer.alloc(8);
    expect(writeHead(bytes, 1, 15, 300)).toBe(4);
    expect([...bytes]).toEqual([0, 0x7a, 0xac, 0x02, 0, 0, 0, 0]);
  });
});
