import { expect, test } from "vitest";
import { HeapGuard } from "../../src/limits/heap-guard.js";
import { NO_MACHINERY } from "../../src/limits/index.js";
import { useLimited } from "./use-limits.js";

test("V8 ends a heap bomb on any machine, and says so", async () => {
  const { exit, verdict } = await useLimited({ heap: "32MiB" }, NO_MACHINERY, ["heap-bomb"]).ended();
  expect(exit.signal === "SIGABRT" || exit.code === 134).toBe(true);
  expect(verdict).toMatchObject({ reason: "heap-out-of-memory", limit: "heap", bound: 33_554_432 });
  expect(verdict?.observed).toBeGreaterThan(25_000_000);
});

test("what a sandbox makes of the abort counts as well", () => {
  const message = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  expect(new HeapGuard(2 ** 25).verdict({ code: 134, signal: null }, message)?.reason).toBe("heap-out-of-memory");
});

test("neither the message nor the abort is a verdict alone", () => {
  const guard = new HeapGuard(2 ** 25);
  const message = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  expect(guard.verdict({ code: 1, signal: null }, message)).toBeUndefined();
  expect(guard.verdict({ code: null, signal: "SIGABRT" }, "Assertion failed")).toBeUndefined();
  expect(guard.verdict({ code: null, signal: "SIGABRT" }, message)).toMatchObject({ observed: undefined });
});
