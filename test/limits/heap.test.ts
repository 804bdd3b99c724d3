import { expect, test } from "vitest";
import { HeapEvidence, heapBoundOf } from "../../src/limits/heap-evidence.js";
import { NO_MACHINERY } from "../../src/limits/index.js";
import { peakMemory } from "../../src/platform/index.js";
import { useLimited } from "./use-limits.js";

const MIB = 2 ** 20;
const WORDS = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
const ABORT = { code: null, signal: "SIGABRT" } as const;

/** Evidence about a process whose peak is what the test says. */
function watched(bound: number | undefined): HeapEvidence {
  const evidence = new HeapEvidence(bound);
  evidence.started(() => process.pid);
  evidence.ready();
  evidence.heard(Buffer.from(WORDS));
  evidence.ended();
  return evidence;
}

test("V8 ends a heap bomb on any machine, and it was seen to be one", async () => {
  const limited = useLimited({ heap: "32MiB" }, NO_MACHINERY, ["heap-bomb"]);
  limited.scope.ready();
  const { exit, verdict } = await limited.ended();
  expect(exit.signal === "SIGABRT" || exit.code === 134).toBe(true);
  expect(verdict).toMatchObject({ reason: "heap-out-of-memory", limit: "heap", bound: 33_554_432 });
  if (peakMemory.isKnown) expect(verdict?.observed).toBeGreaterThan(25_000_000);
});

test("what a process says of its heap is no evidence where it did not hold the memory", () => {
  expect(watched(2 ** 30).isFull(ABORT, WORDS)).toBe(!peakMemory.isKnown);
  expect(watched(undefined).isFull(ABORT, WORDS)).toBe(!peakMemory.isKnown);
});

test("neither are the words without the end, the end without the words, nor the words inside of others", () => {
  const evidence = watched(0);
  expect(evidence.isFull(ABORT, WORDS)).toBe(true);
  expect(evidence.isFull({ code: 134, signal: null }, `before\n${WORDS}\nafter`)).toBe(true);
  expect(evidence.isFull({ code: 1, signal: null }, WORDS)).toBe(false);
  expect(evidence.isFull(ABORT, "Assertion failed")).toBe(false);
  expect(evidence.isFull(ABORT, "tip: JavaScript heap out of memory")).toBe(false);
  expect(evidence.isFull(ABORT, `"${WORDS}"`)).toBe(false);
});

test.each([
  [[], undefined],
  [["--max-old-space-size=32"], 32 * MIB],
  [["--max_old_space_size=32", "--max-heap-size=64"], 64 * MIB],
  [["--stack-size=900 --max-old-space-size 48"], 48 * MIB],
])("the flags %j set a heap of %s bytes", (flags, bytes) => {
  expect(heapBoundOf(flags)).toBe(bytes);
});
