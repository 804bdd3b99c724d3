import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checkIntegrity, resolveIntegrity } from "../../src/sandbox/integrity.js";

const bytes = Buffer.from("export const answer = 42;\n");
const sha256 = createHash("sha256").update(bytes).digest("hex");

test("a digest is 64 hexadecimal digits", () => {
  expect(resolveIntegrity({ sha256: sha256.toUpperCase() })).toEqual({ sha256 });
});

test.each([
  ["abc", "integrity must be an object"],
  [{}, "integrity.sha256 must be 64 hexadecimal digits; received undefined"],
  [{ sha256: "abc" }, "integrity.sha256 must be 64 hexadecimal digits; received 'abc'"],
  [{ sha512: "abc" }, 'integrity has no "sha512"; what it has: sha256'],
])("%j is refused", (value, message) => {
  expect(() => resolveIntegrity(value)).toThrow(message);
});

test("the right bytes pass, and one other bit does not", () => {
  expect(() => checkIntegrity("m.mjs", bytes, { sha256 })).not.toThrow();
  const changed = Buffer.from(bytes);
  changed[0] = (changed[0] as number) ^ 1;
  expect(() => checkIntegrity("m.mjs", changed, { sha256 })).toThrow(
    /^MODULE_FAILED: m\.mjs is not what integrity asks for: its sha256 is [0-9a-f]{64}, not /,
  );
});
