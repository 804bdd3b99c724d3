import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SessionFrame } from "../../src/contract/index.js";
import { encodeFrame } from "../../src/session/frame-encoder.js";
import { PREFIX_LENGTH } from "../../src/session/index.js";
import { arbitraryColumns, arbitraryFrame } from "./arbitrary-frame.js";
import { deserializeByContract, toContractForm } from "./frame-oracle.js";

const RUNS = { numRuns: 200 };

/** The frame's own bytes: a lane fills what is before them. */
function encode(frame: SessionFrame, hasMore = true): Buffer {
  return encodeFrame(frame, hasMore).subarray(PREFIX_LENGTH);
}

describe("any frame, encoded by hand", () => {
  test("is what the generated code reads", () => {
    fc.assert(
      fc.property(arbitraryFrame, (frame) => {
        expect(SessionFrame.decode(encode(frame))).toEqual(frame);
      }),
      RUNS,
    );
  });

  test("is what a library reads that knows only the .proto file", () => {
    fc.assert(
      fc.property(arbitraryFrame, (frame) => {
        expect(deserializeByContract(encode(frame))).toEqual(toContractForm(frame));
      }),
      RUNS,
    );
  });

  test("is no longer than the generated code makes it", () => {
    fc.assert(
      fc.property(arbitraryFrame, (frame) => {
        expect(encode(frame).length).toBe(SessionFrame.encode(frame).finish().length);
      }),
      RUNS,
    );
  });

  test("is left as it was", () => {
    fc.assert(
      fc.property(arbitraryFrame, (frame) => {
        const before = structuredClone(toContractForm(frame));
        encode(frame);
        expect(structuredClone(toContractForm(frame))).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});

test("columns alone need nothing but the columns", () => {
  fc.assert(
    fc.property(arbitraryColumns, (columns) => {
      const frame = SessionFrame.fromPartial(columns);
      expect(SessionFrame.decode(encode(frame, false))).toEqual(frame);
      expect(encode(frame, false).equals(encode(frame, true))).toBe(true);
    }),
    RUNS,
  );
});

test("an empty frame takes no bytes but the lane's", () => {
  const frame = SessionFrame.fromPartial({});
  expect(encodeFrame(frame, false).length).toBe(PREFIX_LENGTH);
  expect(encodeFrame(frame, true).length).toBe(PREFIX_LENGTH);
});

test("a lone surrogate becomes U+FFFD, as in any protobuf text, and moves nothing behind it", () => {
  const frame = SessionFrame.fromPartial({
    callIds: [1],
    callHandles: [2],
    callArgs: "a\ud800b",
    items: "\udfff",
    voidIds: [3],
  });
  const expected = { ...frame, callArgs: "a\ufffdb", items: "\ufffd" };
  expect(SessionFrame.decode(encode(frame))).toEqual(expected);
});
