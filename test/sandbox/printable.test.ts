import { expect, test } from "vitest";
import { printable } from "../../src/sandbox/printable.js";

test("plain text of any language stays as it is", () => {
  expect(printable("naïve, 你好, 👩‍💻, a\tb")).toBe("naïve, 你好, 👩‍💻, a\tb");
});

test.each([
  ["a\nprocess-isolation [other] error: forged", "a\\nprocess-isolation [other] error: forged"],
  ["overwritten\rby this", "overwritten\\rby this"],
  ["\u001b[2Jcleared", "\\u001b[2Jcleared"],
  ["\u009b31mred", "\\u009b31mred"],
  ["two\u2028lines\u2029here", "two\\u2028lines\\u2029here"],
  ["\u202etxt.exe", "\\u202etxt.exe"],
  ["nul\0", "nul\\u0000"],
])("%j cannot pass for something else", (text, expected) => {
  expect(printable(text)).toBe(expected);
});
