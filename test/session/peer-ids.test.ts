import fc from "fast-check";
import { expect, test } from "vitest";
import { PeerIds } from "../../src/session/peer-ids.js";

const id = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  // Numbers whose low bits are the same.
  fc.integer({ min: 0, max: 50 }).map((times) => 7 + times * 65_536),
  fc.integer({ min: 1, max: 0xffff_ffff }),
);
const step = fc.record({ what: fc.constantFrom("set", "delete", "get", "clear"), id, often: fc.nat(40) });

test("holds what a Map would hold, whatever numbers the peer chooses", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const ids = new PeerIds<{ n: number }>();
      const model = new Map<number, { n: number }>();
      for (const [n, { what, id: own, often }] of steps.entries()) {
        if (what === "clear" && often < 39) continue;
        if (what === "clear") {
          ids.clear();
          model.clear();
        } else if (what === "delete") {
          ids.delete(own);
          model.delete(own);
        } else if (what === "set") {
          ids.set(own, { n });
          model.set(own, { n });
        }
        expect(ids.get(own)).toEqual(model.get(own));
      }
      const byNumber = (one: { n: number }, other: { n: number }): number => one.n - other.n;
      expect(ids.values().toSorted(byNumber)).toEqual([...model.values()].toSorted(byNumber));
      for (const [own, thing] of model) expect(ids.get(own)).toEqual(thing);
    }),
    { numRuns: 500 },
  );
});

test("numbers that collide cost no more than others", () => {
  const ids = new PeerIds<{ n: number }>();
  for (let n = 0; n < 20_000; n += 1) ids.set(1 + n * 2 ** 16, { n });
  for (let n = 0; n < 20_000; n += 1) expect(ids.get(1 + n * 2 ** 16)?.n).toBe(n);
});
