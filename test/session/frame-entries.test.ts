import { describe, expect, test } from "vitest";
import { SessionFrame } from "../../src/contract/index.js";
import { decodeFrame } from "../../src/session/frame-decoder.js";
import { countEntries } from "../../src/session/frame-entries.js";

const MANY = 100_000;

function encode(frame: Partial<SessionFrame>): Buffer {
  return Buffer.from(SessionFrame.encode(SessionFrame.fromPartial(frame)).finish());
}

function repeated(...bytes: number[]): Buffer {
  return Buffer.alloc(MANY * bytes.length).fill(Buffer.from(bytes));
}

function delimited(field: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...length, rest]), body]);
}

describe("a frame with too many entries is refused before it is decoded:", () => {
  test.each<[string, Buffer]>([
    ["introductions", repeated(0x0a, 0)],
    ["details of calls", repeated(0x2a, 0)],
    ["payloads of items", repeated(0x4a, 0)],
    ["ends of streams", repeated(0x52, 0)],
    ["aborts", repeated(0x5a, 0)],
    ["settlements", repeated(0x7a, 0)],
    ["demands", repeated(0x82, 1, 0)],
    ["closes", repeated(0x8a, 1, 0)],
    ["chunks", repeated(0xa2, 1, 0)],
    ["packed numbers", delimited(6, repeated(1))],
    ["packed numbers of five bytes", delimited(2, repeated(0xff, 0xff, 0xff, 0xff, 0x0f))],
    ["numbers that are not packed", repeated(0x30, 1)],
    ["traces", delimited(5, repeated(0x2a, 0))],
    ["parts of an argument", delimited(5, delimited(2, repeated(0x0a, 0)))],
    ["fields that nobody knows", repeated(0xfa, 0x3f, 0)],
    ["one text again and again", repeated(0x22, 0)],
  ])("%s", (_, bytes) => {
    expect(() => decodeFrame(bytes, MANY / 2)).toThrow(/more|entries/);
    expect(() => countEntries(bytes, MANY / 2)).toThrow(
      expect.objectContaining({ code: "PROTOCOL", message: expect.stringContaining("budget.entries is 50000") }),
    );
  });
});

describe("a frame that another decoder would read otherwise is refused:", () => {
  test.each<[string, Buffer]>([
    ["a field that goes beyond its message", Buffer.concat([Buffer.from([0x2a, 2, 0x2a, 0x7f]), Buffer.alloc(200)])],
    ["a tag that ends a message early", delimited(1, Buffer.from([0, 0x2a, 0]))],
    ["the end of a group", delimited(5, Buffer.from([0x0c]))],
    ["a group", Buffer.from([0x0b, 0x0c])],
    ["a column whose last number has no end", delimited(2, Buffer.from([1, 0x80]))],
    ["a field that is cut off", Buffer.from([0x12, 9, 1])],
    ["a number without end", Buffer.alloc(20, 0xff)],
  ])("%s", (_, bytes) => {
    expect(() => countEntries(bytes, 1_000)).toThrow(RangeError);
  });
});

test("what our own side sends is counted: calls, their details, traces, items, results", () => {
  const bytes = encode({
    introductions: [{ handle: 1, module: "m", method: "f", reference: 0 }],
    callIds: [1, 2, 300],
    callHandles: [1, 1, 1],
    callArgs: "[[],[],[]]",
    callDetails: [{ index: 0, args: undefined, attempt: 2, timeoutMs: 5, trace: { traceparent: "00" } }],
    resultIds: [70_000],
    results: "[1]",
  });
  const count = countEntries(bytes, 1_000);
  expect(count).toBeGreaterThan(10);
  expect(count).toBeLessThan(30);
  expect(() => countEntries(bytes, count - 1)).toThrow(/budget.entries/);
  expect(decodeFrame(bytes, count)).toMatchObject({ callIds: [1, 2, 300], resultIds: [70_000] });
});

test("a number has ten bytes at the most, as everywhere in protobuf", () => {
  const number = (bytes: number): Buffer => Buffer.from([0x30, ...Array(bytes - 1).fill(0x80), 0]);
  for (const bytes of [1, 5, 6, 10]) expect(countEntries(number(bytes), 10)).toBe(1);
  for (const bytes of [11, 12, 30]) expect(() => countEntries(number(bytes), 10)).toThrow(RangeError);
});
