import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SessionFrame } from "../../src/contract/index.js";
import { decodeFrame, emptyFrame } from "../../src/session/frame-decoder.js";
import { encodeFrame } from "../../src/session/frame-encoder.js";
import { PREFIX_LENGTH } from "../../src/session/index.js";
import { arbitraryColumns, arbitraryFrame, arbitraryHandwritten } from "./arbitrary-frame.js";
import { createRandom, encodeLoosely, lengthDelimited, type Random, varint } from "./field-records.js";
import { deserializeByContract, serializeByContract, toContractForm } from "./frame-oracle.js";

const RUNS = { numRuns: 200 };
const MIB = 1024 * 1024;

/** Raise with FRAME_FUZZ for a longer search. */
const inputs = Number(process.env.FRAME_FUZZ ?? 20_000);

describe("any frame, decoded by hand, is what was encoded", () => {
  test("by the generated code", () => {
    fc.assert(
      fc.property(arbitraryFrame, (frame) => {
        expect(decodeFrame(Buffer.from(SessionFrame.encode(frame).finish()))).toEqual(frame);
      }),
      RUNS,
    );
  });

  test.each([
    ["columns", arbitraryColumns],
    ["columns, calls, items and settlements", arbitraryHandwritten],
  ])("by the generated code, where it is only %s", (_, fields) => {
    fc.assert(
      fc.property(fields, (some) => {
        const frame = SessionFrame.fromPartial(some);
        expect(decodeFrame(Buffer.from(SessionFrame.encode(frame).finish()))).toEqual(frame);
      }),
      RUNS,
    );
  });

  test.each([
    ["", arbitraryFrame],
    [", where it is only columns, calls, items and settlements", arbitraryHandwritten],
  ])("by hand%s", (_, frames) => {
    fc.assert(
      fc.property(frames, (some) => {
        const frame = SessionFrame.fromPartial(some);
        expect(decodeFrame(encodeFrame(frame, true).subarray(PREFIX_LENGTH))).toEqual(frame);
      }),
      RUNS,
    );
  });

  test("by a library that knows only the .proto file", () => {
    fc.assert(
      fc.property(arbitraryFrame, (frame) => {
        expect(decodeFrame(serializeByContract(frame))).toEqual(frame);
      }),
      RUNS,
    );
  });

  test.each([
    ["", arbitraryFrame],
    [", where it is only columns", arbitraryColumns.map((columns) => SessionFrame.fromPartial(columns))],
    [
      ", where it is only calls, items and settlements beside",
      arbitraryHandwritten.map((some) => SessionFrame.fromPartial(some)),
    ],
  ])("in any of the ways that protobuf allows%s", (_, frames) => {
    fc.assert(
      fc.property(frames, fc.nat(), (frame, seed) => {
        const bytes = encodeLoosely(frame, createRandom(seed));
        // That it is a way that protobuf allows is for the other library to say.
        expect(deserializeByContract(bytes)).toEqual(toContractForm(frame));
        expect(decodeFrame(bytes)).toEqual(frame);
      }),
      RUNS,
    );
  });
});

test("no bytes are the frame that says nothing", () => {
  expect(decodeFrame(Buffer.alloc(0))).toEqual(emptyFrame());
  expect(emptyFrame()).toEqual(SessionFrame.fromPartial({}));
});

test("a frame shares no memory with the one that was decoded before it", () => {
  const bytes = encodeFrame(
    SessionFrame.fromPartial({ callIds: [1, 2], callHandles: [1, 1], callArgs: "[[],[]]" }),
    false,
  );
  const first = decodeFrame(bytes.subarray(PREFIX_LENGTH));
  const second = decodeFrame(bytes.subarray(PREFIX_LENGTH));
  first.callIds.push(3);
  first.cancels.push(1);
  expect(second.callIds).toEqual([1, 2]);
  expect(emptyFrame().cancels).toEqual([]);
});

test("a trace entry that is named like a prototype changes none", () => {
  const entry = Buffer.concat([lengthDelimited(1, Buffer.from("__proto__")), lengthDelimited(2, Buffer.from("x"))]);
  const frame = decodeFrame(lengthDelimited(5, lengthDelimited(5, entry)));
  expect(frame.callDetails.length).toBe(1);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
  expect(Object.getPrototypeOf(frame.callDetails[0]?.trace)).toBe(Object.prototype);
});

describe("bytes that are no frame", () => {
  const claim = (tag: number, claimed: number, body = Buffer.from([1, 2, 3])): Buffer =>
    Buffer.concat([varint(tag), varint(claimed), body]);
  const lengthDelimitedTags = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 23].map(
    (field) => field * 8 + 2,
  );

  test.each(lengthDelimitedTags)("are refused when a field of tag %i claims more than there is", (tag) => {
    for (const claimed of [4, 1_000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      expect(() => decodeFrame(claim(tag, claimed))).toThrow(Error);
    }
  });

  test.each([
    ["a group that never ends", [0x13, 0x08, 1]],
    ["a wire type that does not exist", [0x16, 0]],
    ["a tag that never ends", new Array(20).fill(0xff)],
    ["a length that never ends", [0x12, ...new Array(20).fill(0xff)]],
    ["a column that ends inside a number", [0x12, 2, 0x80, 0x80]],
    ["a column that ends inside its only number", [0x12, 1, 0xff]],
    ["a column whose number goes on in the field after it", [0x1a, 1, 0x8d, 0x22, 2, 0x5b, 0x5d]],
    ["a call's details that end inside", [0x2a, 2, 0x12, 0x10]],
    ["a fixed number that is cut off", [0xc1, 6, 1, 2, 3]],
  ])("are refused: %s", (_, bytes) => {
    expect(() => decodeFrame(Buffer.from(bytes))).toThrow(Error);
  });

  test("allocate nothing by what they claim", () => {
    const before = process.memoryUsage();
    for (let round = 0; round < 2_000; round += 1) {
      const tag = lengthDelimitedTags[round % lengthDelimitedTags.length] as number;
      expect(() => decodeFrame(claim(tag, 0x7fff_ffff - round))).toThrow(Error);
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 * MIB);
    expect(after.rss - before.rss).toBeLessThan(256 * MIB);
  });

  test("give an error or a frame no larger than they are, in a time that their length pays for", () => {
    const seeds = fc
      .sample(arbitraryFrame, { numRuns: 60, seed: 3 })
      .map((frame) => encodeFrame(frame, true).subarray(PREFIX_LENGTH));
    const random = createRandom(20_261_122);
    const before = process.cpuUsage();
    let refused = 0;
    for (let run = 0; run < inputs; run += 1) {
      const bytes = corrupt(seeds[run % seeds.length] as Buffer, random);
      const frame = decodeOrError(bytes);
      if (frame instanceof Error) refused += 1;
      else expect(entriesOf(frame)).toBeLessThanOrEqual(bytes.length);
    }
    expect(refused).toBeGreaterThan(inputs / 20);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(15_000_000);
  });

  test("that are random give an error or a frame", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const frame = decodeOrError(Buffer.from(bytes));
        if (!(frame instanceof Error)) expect(entriesOf(frame)).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 3_000 },
    );
  });
});

/** Anything else that is thrown than an Error is a mistake of ours. */
function decodeOrError(bytes: Buffer): SessionFrame | Error {
  try {
    return decodeFrame(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  }
}

/** Flips bits, cuts, repeats, and puts large numbers where there were small ones. */
function corrupt(valid: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(valid);
  for (let change = 0; change <= random(4) && bytes.length > 0; change += 1) {
    const at = random(bytes.length);
    const kind = random(4);
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << random(8));
    else if (kind === 1) bytes[at] = 0xff;
    else if (kind === 2) bytes.copyWithin(at, random(bytes.length), at + random(8));
    else bytes.fill(0x80 | random(128), at, Math.min(at + random(12), bytes.length));
  }
  return random(3) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
}

/** How many things the frame holds: numbers and messages in lists, and characters of text. */
function entriesOf(frame: SessionFrame): number {
  let entries = 0;
  for (const value of Object.values(frame)) if (typeof value !== "number") entries += value.length;
  return entries;
}
