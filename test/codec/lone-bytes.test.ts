import { describe, expect, test } from "vitest";
import { type DecodeMeter, decodeValue, encodeValue, REFERENCE_MARK } from "../../src/codec/index.js";
import { decodeLoneBytes, encodeLoneBytes } from "../../src/codec/lone-bytes.js";
import { remote } from "../../src/inside/marks.js";

const THRESHOLD = 1_024;
const pool = Buffer.allocUnsafeSlow(64).fill("pool");
const plain: [string, Uint8Array][] = [
  ["a Buffer", Buffer.from("some bytes")],
  ["a part of a Buffer", pool.subarray(3, 9)],
  ["a Uint8Array", Uint8Array.of(1, 2, 3)],
  ["a Uint8Array at an odd offset", new Uint8Array(pool.buffer, 5, 7)],
  ["a single byte", Buffer.of(255)],
];

/** Beside something else, so that the walk over the graph does it. */
function byWalk(bytes: Uint8Array): unknown {
  const [copy] = decodeValue(encodeValue([bytes, undefined])) as unknown[];
  return copy;
}

function meter(): DecodeMeter & { charged: number; borrowed: number; ticks: number } {
  const counts = { charged: 0, borrowed: 0, ticks: 0 };
  return Object.assign(counts, {
    room: 1e9,
    charge: (bytes: number): void => {
      counts.charged += bytes;
    },
    borrow: (bytes: number): void => {
      counts.borrowed += bytes;
    },
    tick: (nodes: number): void => {
      counts.ticks += nodes;
    },
    skip: () => {},
  });
}

describe.each(plain)("%s, alone", (_, bytes) => {
  test.each([
    ["as a value", bytes],
    ["as the only item of an array", [bytes]],
  ])("%s arrives as it does beside others", (_, value) => {
    const encoded = encodeLoneBytes(value, THRESHOLD);
    const copy = decodeValue(encoded as Uint8Array);
    const item = Array.isArray(copy) ? copy[0] : copy;
    expect(copy).toEqual(value);
    expect(item).toEqual(byWalk(bytes));
    expect(item.constructor).toBe(bytes.constructor);
    expect(item.buffer.byteLength).toBe(bytes.length);
    expect(item.buffer).not.toBe((encoded as Uint8Array).buffer);
  });

  test("costs as much as it does for the walk", () => {
    const [alone, walked] = [meter(), meter()];
    const encoded = encodeValue(bytes);
    expect(decodeLoneBytes(encoded, { meter: alone })).toEqual(bytes);
    // A blank in the text means nothing, and makes it one that only the walk takes.
    decodeValue(
      withText(encoded, (text) => `${text} `),
      { meter: walked },
    );
    expect({ ...alone }).toMatchObject({ charged: walked.charged, borrowed: walked.borrowed - 1 });
  });
});

function withText(encoded: Uint8Array, change: (text: string) => string): Uint8Array {
  const bytes = Buffer.from(encoded);
  const end = 5 + bytes.readUInt32LE(1);
  const text = Buffer.from(change(bytes.toString("utf8", 5, end)));
  const head = Buffer.from(bytes.subarray(0, 5));
  head.writeUInt32LE(text.length, 1);
  return Buffer.concat([head, text, bytes.subarray(end)]);
}

describe("what is more than plain bytes is left to the walk:", () => {
  const getter = Object.defineProperty([], 0, { get: () => Buffer.from("x"), enumerable: true });
  class Special extends Uint8Array {}
  const resizable = new (ArrayBuffer as new (n: number, o: object) => ArrayBuffer)(4, { maxByteLength: 8 });
  const detached = Uint8Array.of(1);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  test.each([
    ["two items", [Buffer.from("a"), Buffer.from("b")]],
    ["an array with a name", Object.assign([Buffer.from("a")], { name: 1 })],
    ["a getter", getter],
    ["a Proxy", new Proxy([Buffer.from("a")], {})],
    ["another kind of view", Uint16Array.of(1)],
    ["a subclass", Special.of(1)],
    ["shared memory", new Uint8Array(new SharedArrayBuffer(1))],
    ["what can be resized", new Uint8Array(resizable)],
    ["what was transferred away", detached],
    ["nothing", Buffer.alloc(0)],
    ["too much to go inline", Buffer.alloc(THRESHOLD)],
    ["a marked one", remote(Buffer.from("a"))],
    ["an inherited mark", Object.assign(Buffer.from("a"), { [REFERENCE_MARK]: true })],
    ["an async iterable", Object.assign(Buffer.from("a"), { async *[Symbol.asyncIterator]() {} })],
  ])("%s", (_, value) => {
    expect(encodeLoneBytes(value, THRESHOLD)).toBeUndefined();
  });

  test("a length that is not its own says nothing", () => {
    const lying = Object.defineProperty(Buffer.from("abc"), "length", { value: 900 });
    expect(Buffer.from(decodeValue(encodeLoneBytes(lying, THRESHOLD) as Uint8Array) as Uint8Array)).toEqual(
      Buffer.from("abc"),
    );
  });

  test.each([
    ['[["$v","Buffer",0,0,4],[4]]', "abc"],
    ['[["$v","Buffer",0,0,3],[4]]', "abcd"],
    ['[["$v","Buffer",0,1,2],[3]]', "abc"],
    ['[["$v","Buffer",0,0,03],[03]]', "abc"],
    ['[["$v","Int8Array",0,0,3],[3]]', "abc"],
    ['[[["$v","Buffer",0,0,3],[3]]', "abc"],
    ['[["$v","Buffer",0,0,3]],[3]]', "abc"],
  ])("the text %s", (text, bytes) => {
    const encoded = withText(Buffer.from([1, 0, 0, 0, 0, ...Buffer.from(bytes)]), () => text);
    expect(decodeLoneBytes(encoded, {})).toBeUndefined();
  });
});
