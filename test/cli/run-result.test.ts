import { expect, test } from "vitest";
import { toResultCode } from "../../src/cli/run-result.js";

const target = { module: "./job.js", method: undefined };

test.each([
  [0, 0],
  [3, 3],
  [255, 255],
  [undefined, 0],
])("the result %s is exit code %i", (result, code) => {
  expect(toResultCode(result, target)).toBe(code);
});

test.each([
  [256, "256"],
  [-1, "-1"],
  [1.5, "1.5"],
  [Number.NaN, "NaN"],
  ["3", "'3'"],
  [3n, "3n"],
  [true, "true"],
  [null, "null"],
  [{ code: 3 }, "{ code: 3 }"],
])("the result %s is no exit code", (result, shown) => {
  expect(() => toResultCode(result, target)).toThrow(
    `./job.js returned ${shown}; an exit code is an integer from 0 to 255, or nothing`,
  );
});

test("the method is named where the caller named one, and a long result is cut", () => {
  const cut = () => toResultCode("x".repeat(1_000), { module: "./job.js", method: "build" });
  expect(cut).toThrow(/^build of .\/job.js returned 'x{99}; /);
});
