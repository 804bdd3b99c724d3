import fc from "fast-check";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { CallMeter, durationOf } from "../../src/isolator/call-meter.js";

const UNREAD_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** Runs a call that takes so long. */
function call(meter: CallMeter, ms: number): void {
  const one = {};
  meter.began(one);
  vi.advanceTimersByTime(ms);
  meter.ended(one);
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

test("nothing is counted before the first reading, nor calls that began before it", () => {
  const meter = new CallMeter();
  const early = {};
  meter.began(early);
  call(meter, 5);
  expect(total(meter.read())).toBe(0);
  meter.ended(early);
  meter.ended({});
  expect(total(meter.read())).toBe(0);
  call(meter, 5);
  expect(total(meter.read())).toBe(1);
});

test("what a call took is told within a fifth, from a sixteenth of a millisecond to two minutes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120_000 }), (ms) => {
      const meter = new CallMeter();
      meter.read();
      const one = {};
      meter.began(one);
      for (let left = ms; left > 0; left -= UNREAD_MS) {
        vi.advanceTimersByTime(Math.min(left, UNREAD_MS));
        meter.read();
      }
      meter.ended(one);
      const counts = meter.read();
      expect(total(counts)).toBe(1);
      const told = durationOf(counts.indexOf(1));
      expect(Math.abs(told - ms) / ms).toBeLessThan(0.2);
    }),
  );
});

test("buckets are as the contract has them: of four to each doubling, with the bound in the lower one", () => {
  const meter = new CallMeter();
  meter.read();
  for (const ms of [1, 2, 3, 4, 0]) call(meter, ms);
  const counts = meter.read();
  expect(counts).toHaveLength(90);
  expect(counts.flatMap((count, bucket) => (count > 0 ? [bucket] : []))).toEqual([0, 20, 24, 27, 28]);
});

test("what takes longer than all is in the last bucket", () => {
  const meter = new CallMeter();
  meter.read();
  call(meter, 9_000_000);
  meter.read();
  const other = new CallMeter();
  other.read();
  call(other, 9_000_000);
  expect(other.read().at(-1) ?? 0).toBeLessThanOrEqual(1);
});

test("it counts as long as it is read, and begins anew when it was not for ten seconds", () => {
  const meter = new CallMeter();
  meter.read();
  call(meter, UNREAD_MS);
  expect(total(meter.read())).toBe(1);
  call(meter, UNREAD_MS + 1);
  call(meter, 1);
  expect(total(meter.read())).toBe(0);
  call(meter, 1);
  expect(total(meter.read())).toBe(1);
});

test("a call counts once, and what is read is a copy", () => {
  const meter = new CallMeter();
  const counts = meter.read() as number[];
  const one = {};
  meter.began(one);
  meter.ended(one);
  meter.ended(one);
  counts[3] = 17;
  expect(total(meter.read())).toBe(1);
});
