import { expect, test } from "vitest";
import { resolveIntegrity } from "../../src/sandbox/integrity.js";

const sha256 = "0a".repeat(32);
const OLD = { version: "22.14.0", flags: new Set<string>() };

test("one digest is for every module, an object of them for those that it names", () => {
  expect(resolveIntegrity(undefined)).toEqual([]);
  expect(resolveIntegrity({ sha256: sha256.toUpperCase() })).toEqual([{ module: "", sha256 }]);
  expect(resolveIntegrity({ sha256: { "./a.js": sha256, left: sha256 } })).toEqual([
    { module: "./a.js", sha256 },
    { module: "left", sha256 },
  ]);
});

test.each([
  ["abc", "integrity must be an object"],
  [null, "integrity must be an object"],
  [{}, "integrity.sha256 must be 64 hexadecimal digits; received undefined"],
  [{ sha256: "abc" }, "integrity.sha256 must be 64 hexadecimal digits; received 'abc'"],
  [{ sha256: {} }, "integrity.sha256 must be a digest, or an object of digests by the names of modules; received {}"],
  [{ sha256: { "": sha256 } }, "integrity.sha256 must be a digest, or an object of digests by the names of modules"],
  [{ sha256: { "./a.js": 1 } }, 'integrity.sha256["./a.js"] must be 64 hexadecimal digits; received 1'],
  [{ sha512: "abc" }, 'integrity has no "sha512"; what it has: sha256'],
])("%j is refused", (value, message) => {
  expect(() => resolveIntegrity(value)).toThrow(message);
});

test("a Node that checks in a thread is refused where permissions take threads away", () => {
  expect(() => resolveIntegrity({ sha256 }, OLD)).toThrow("needs permissions.worker, or Node 22.15; this is 22.14.0");
  for (const version of ["22.15.0", "23.5.0", "24.0.0"]) {
    expect(resolveIntegrity({ sha256 }, { ...OLD, version })).toHaveLength(1);
  }
  expect(() => resolveIntegrity({ sha256 }, { ...OLD, version: "23.4.0" })).toThrow("needs permissions.worker");
});
