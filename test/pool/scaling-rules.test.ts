import fc from "fast-check";
import { expect, test } from "vitest";
import { processesToStart } from "../../src/pool/scaling.js";

const POLICY = fc
  .record({
    min: fc.nat(4),
    more: fc.nat(4),
    spares: fc.nat(3),
    concurrency: fc.integer({ min: 1, max: 4 }),
    scaleUpAfterMs: fc.constant(20),
    isOneShot: fc.boolean(),
    startsAtOnce: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ more, ...policy }) => ({ ...policy, max: Math.max(1, policy.min + more) }));

const LOAD = fc
  .record({
    busy: fc.nat(5),
    idle: fc.nat(5),
    starting: fc.nat(3),
    leaving: fc.nat(5),
    waiting: fc.nat(20),
    waitedMs: fc.nat(100),
  })
  .map(({ idle, ...load }) => ({ ...load, ready: load.busy + idle }));

test("never more than may be there, than can start at once, or than anybody needs", () => {
  fc.assert(
    fc.property(LOAD, POLICY, (load, policy) => {
      const starts = processesToStart(load, policy);
      const total = load.ready + load.starting;
      expect(starts).toBeGreaterThanOrEqual(0);
      if (starts === 0) return;
      expect(total + starts).toBeLessThanOrEqual(policy.max + policy.spares);
      expect(load.starting + starts).toBeLessThanOrEqual(policy.startsAtOnce);
      const missing = Math.max(policy.min - total, policy.spares - (load.ready - load.busy) - load.starting);
      expect(starts).toBeLessThanOrEqual(Math.max(missing, load.waiting + policy.spares));
    }),
  );
});

test("calls that wait less than scaleUpAfterMs start none where a process is ready; where none is, one starts at once", () => {
  const policy = { min: 0, max: 4, spares: 0, concurrency: 1, scaleUpAfterMs: 20, isOneShot: false, startsAtOnce: 2 };
  const none = { ready: 0, busy: 0, starting: 0, leaving: 0, waiting: 5, waitedMs: 0 };
  expect(processesToStart(none, policy)).toBe(1);
  expect(processesToStart({ ...none, starting: 1 }, policy)).toBe(0);
  const one = { ...none, ready: 1, busy: 1 };
  expect(processesToStart({ ...one, waitedMs: 19 }, policy)).toBe(0);
  expect(processesToStart({ ...one, waitedMs: 20 }, policy)).toBe(1);
  // They double at the most, and no more than the processors can start.
  expect(processesToStart({ ...one, ready: 2, busy: 2, waitedMs: 20 }, policy)).toBe(2);
});
