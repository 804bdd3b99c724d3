import { expect, test } from "vitest";
import { forThisSystem } from "../../src/platform/for-this-system.js";

test.each([
  ["linux", "linux"],
  ["android", "linux"],
  ["darwin", "macos"],
  ["freebsd", "macos"],
  ["win32", "windows"],
])("on %s, what is written for %s is taken", (platform, taken) => {
  expect(forThisSystem({ linux: "linux", macos: "macos", windows: "windows" }, platform)).toBe(taken);
});

test("this system is the one that is asked for otherwise", () => {
  const implementations = { linux: "linux", macos: "macos", windows: "windows" };
  expect(forThisSystem(implementations)).toBe(forThisSystem(implementations, process.platform));
});
