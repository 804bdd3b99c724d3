import fc from "fast-check";
import { expect, test } from "vitest";
import { IdRing } from "../../src/session/id-ring.js";

interface Thing {
  readonly name: number;
}

test("behaves like a Map of ascending numbers, whatever comes and goes in whatever order", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), times: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ kind: fc.constant("take" as const), which: fc.nat() }),
    fc.record({ kind: fc.constant("takeUnknown" as const), which: fc.nat() }),
    fc.record({ kind: fc.constant("takeAll" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ring = new IdRing<Thing>();
      const model = new Map<number, Thing>();
      let names = 0;
      let last = 0;
      const add = (): void => {
        names += 1;
        const thing = { name: names };
        const id = ring.add(thing);
        expect(id).toBeGreaterThan(last);
        last = id;
        model.set(id, thing);
      };
      for (const each of steps) {
        if (each.kind === "add") for (let time = 0; time < each.times; time += 1) add();
        else if (each.kind === "takeAll") {
          expect(ring.takeAll()).toEqual([...model.values()]);
          model.clear();
        } else {
          const ids = [...model.keys()];
          const id = each.kind === "take" && ids.length > 0 ? (ids[each.which % ids.length] as number) : each.which;
          expect(ring.has(id)).toBe(model.has(id));
          expect(ring.take(id)).toBe(model.get(id));
          model.delete(id);
        }
      }
      for (const [id, thing] of model) expect(ring.take(id)).toBe(thing);
    }),
  );
});

test("a thing that stays for long is skipped by the numbers that go round", () => {
  const ring = new IdRing<Thing>();
  const stays = { name: 0 };
  const id = ring.add(stays);
  for (let name = 1; name < 10_000; name += 1) {
    const given = ring.add({ name });
    expect(given % 64).not.toBe(id);
    expect(ring.take(given)?.name).toBe(name);
  }
  expect(ring.take(id)).toBe(stays);
});
