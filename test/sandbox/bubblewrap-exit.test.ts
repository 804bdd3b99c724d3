import { expect, test } from "vitest";
import { decodeBubblewrapExit } from "../../src/sandbox/bubblewrap-exit.js";

test.each([
  [134, "SIGABRT"],
  [137, "SIGKILL"],
  [139, "SIGSEGV"],
  [143, "SIGTERM"],
] as const)("code %i is the signal %s", (code, signal) => {
  expect(decodeBubblewrapExit({ code, signal: null })).toEqual({ code: null, signal });
});

test.each([0, 1, 42, 128, 127, 200, 255])("code %i is a code", (code) => {
  expect(decodeBubblewrapExit({ code, signal: null })).toEqual({ code, signal: null });
});

test("a signal that ended bwrap itself stays one", () => {
  expect(decodeBubblewrapExit({ code: null, signal: "SIGKILL" })).toEqual({ code: null, signal: "SIGKILL" });
});
