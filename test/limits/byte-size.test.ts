import { expect, test } from "vitest";
import { toBytes } from "../../src/limits/byte-size.js";

test.each([
  [1_048_576, 1_048_576],
  ["256MB", 256_000_000],
  ["512MiB", 536_870_912],
  ["3GB", 3_000_000_000],
  ["1.5 gib", 1_610_612_736],
  ["64kB", 64_000],
  ["100B", 100],
])("%s is %i bytes", (value, bytes) => {
  expect(toBytes("limits.memory", value, 1)).toBe(bytes);
});

test.each([
  ["256M"],
  ["MB"],
  [""],
  ["-1MB"],
  ["1e3MB"],
  [Number.NaN],
  [1.5],
  [null],
  ["0.1MB"],
  [Number.POSITIVE_INFINITY],
])("%o is refused, with the bound and what was received", (value) => {
  expect(() => toBytes("limits.memory", value, 500_000)).toThrow(
    /^INVALID_OPTION: limits\.memory must be a number of bytes, or a size with its unit such as "256MB" or "512MiB", of at least 500000 bytes; received/,
  );
});
