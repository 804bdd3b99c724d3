import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areJsonSafe, decodeValue, encodeValue, isJsonSafe } from "../../src/codec/index.js";
import { arbitraryGraph, arbitraryValue } from "./arbitrary-value.js";
import { graphDifference } from "./same-graph.js";

/** Raise with CODEC_RUNS for a longer search. */
const numRuns = Number(process.env.CODEC_RUNS ?? 1000);

describe("any value of the family", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        expect(graphDifference(value, decodeValue(encodeValue(value)))).toBeUndefined();
      }),
      { numRuns },
    );
  });

  test("comes back as it was, cycles and shared references included", () => {
    fc.assert(
      fc.property(arbitraryGraph, (value) => {
        expect(graphDifference(value, decodeValue(encodeValue(value)))).toBeUndefined();
      }),
      { numRuns },
    );
  });

  test("is JSON-safe only if JSON gives it back as it was", () => {
    const value = fc.oneof(arbitraryValue, arbitraryGraph, fc.jsonValue(), fc.object({ withSparseArray: true }));
    fc.assert(
      fc.property(value, (candidate) => {
        if (!isJsonSafe(candidate)) return;
        expect(graphDifference(candidate, JSON.parse(JSON.stringify(candidate)))).toBeUndefined();
        expect(areJsonSafe([candidate])).toBe(true);
      }),
      { numRuns },
    );
  });
});

test("whatever JSON.parse gives is JSON-safe, but for -0 and __proto__", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      fc.pre(!/-0(?![\d.])|-0\.?0*(?![\d])|__proto__|toJSON/.test(json));
      expect(isJsonSafe(JSON.parse(json))).toBe(true);
    }),
    { numRuns },
  );
});
