import { describe, expect, test } from "vitest";
import { decodeValue, encodeValue } from "../../src/codec/index.js";

interface Resizable extends ArrayBuffer {
  readonly resizable: boolean;
  readonly maxByteLength: number;
  resize(length: number): void;
}

/** As ECMAScript 2024 has it. */
const ResizableArrayBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => Resizable;

function resizable(length: number, maxByteLength: number): Resizable {
  const buffer = new ResizableArrayBuffer(length, { maxByteLength });
  new Uint8Array(buffer).set(Array.from({ length }, (_, index) => index + 1));
  return buffer;
}

function cross<Value>(value: Value): Value {
  return decodeValue(encodeValue(value)) as Value;
}

/** What is far enough away goes out of band. */
function crossOutOfBand<Value>(value: Value): Value {
  const parts: Uint8Array[] = [];
  const exportBytes = (bytes: Uint8Array): number => parts.push(Uint8Array.from(bytes)) - 1;
  const encoded = encodeValue(value, { exportBytes, outOfBandThreshold: 1 });
  expect(parts).toHaveLength(1);
  return decodeValue(encoded, { importBytes: (index) => parts[index as number] as Uint8Array }) as Value;
}

describe.each([
  ["inline", cross],
  ["out of band", crossOutOfBand],
])("a resizable ArrayBuffer, %s", (_, through) => {
  test("arrives as one, with its bytes and its bound", () => {
    const arrived = through(resizable(4, 8));
    expect([arrived.resizable, arrived.maxByteLength, [...new Uint8Array(arrived)]]).toEqual([true, 8, [1, 2, 3, 4]]);
    arrived.resize(8);
    expect(arrived.byteLength).toBe(8);
  });

  test("is shared by its views, and those that follow its length still do", () => {
    const buffer = resizable(8, 16);
    const views = [new Uint8Array(buffer, 2), new Uint16Array(buffer, 2, 1), new DataView(buffer, 4)] as const;
    const [tracking, fixed, data] = through(views);
    expect(fixed.buffer).toBe(tracking.buffer);
    (tracking.buffer as Resizable).resize(12);
    expect([tracking.length, fixed.length, data.byteLength]).toEqual([10, 1, 8]);
    expect([tracking.byteOffset, fixed.byteOffset, data.byteOffset]).toEqual([2, 2, 4]);
  });
});

describe("whether a view follows the length of its ArrayBuffer", () => {
  test.each([
    ["with room to grow", 8, 16],
    ["at its largest", 8, 8],
  ])("is found out without a trace: %s", (_, length, maxByteLength) => {
    const buffer = resizable(length, maxByteLength);
    const before = [...new Uint8Array(buffer)];
    const [tracking, fixed] = cross([new Uint8Array(buffer), new Uint8Array(buffer, 0, length)] as const);
    expect([buffer.byteLength, ...new Uint8Array(buffer)]).toEqual([length, ...before]);
    (tracking.buffer as Resizable).resize(4);
    expect([tracking.length, fixed.length]).toEqual([4, 0]);
  });
});

describe("a view that its ArrayBuffer does not reach any more is refused by name", () => {
  test.each<[string, (buffer: ArrayBuffer) => ArrayBufferView]>([
    ["Uint8Array", (buffer) => new Uint8Array(buffer, 8)],
    ["Float64Array", (buffer) => new Float64Array(buffer, 8, 1)],
    ["DataView", (buffer) => new DataView(buffer, 8)],
  ])("%s", (name, view) => {
    const buffer = resizable(16, 32);
    const value = { list: [view(buffer)] };
    buffer.resize(4);
    expect(() => encodeValue(value, { path: "args[0]" })).toThrow(
      `args[0].list[0] is an instance of ${name} without its bytes`,
    );
  });

  test("an empty view is none of those", () => {
    expect(cross(new Uint8Array(0))).toEqual(new Uint8Array(0));
    expect(cross(new Uint8Array(resizable(0, 8))).length).toBe(0);
  });
});

test.each([
  [[["$l", 0], [[2, null, 1]]]],
  [[["$l", 0], [[2, null, -1]]]],
  [[["$l", 0], [[2, null, 2 ** 53]]]],
  [[["$v", "Uint8Array", 0, 0, null], [2]]],
])("ranges that a hostile peer made up are refused: %j", (node) => {
  const text = Buffer.from(JSON.stringify(node));
  const head = Buffer.from([1, 0, 0, 0, 0]);
  head.writeUInt32LE(text.length, 1);
  expect(() => decodeValue(Buffer.concat([head, text, Buffer.alloc(2)]))).toThrow(
    expect.objectContaining({ code: "PROTOCOL" }),
  );
});
