import fc from "fast-check";
import { expect, test } from "vitest";
import { CallQueue, type Waiting } from "../../src/isolator/call-queue.js";

interface Item extends Waiting<Item> {
  readonly name: number;
}

/** All that waits, without taking it out. */
function inside(queue: CallQueue<Item>): Item[] {
  const items: Item[] = [];
  for (let item = queue.first; item !== undefined; item = item.next) items.push(item);
  return items;
}

test("whatever comes and goes, the queue is what a list would be", () => {
  const event = fc.record({
    kind: fc.constantFrom("push", "insert", "shift", "delete", "unshift all", "take all"),
    which: fc.nat(),
    since: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const queue = new CallQueue<Item>();
      let list: Item[] = [];
      let now = 0;
      let made = 0;
      const make = (since: number): Item => {
        made += 1;
        return { name: made, since, previous: undefined, next: undefined };
      };
      for (const { kind, which, since } of events) {
        now += 1;
        if (kind === "push") {
          const item = make(Math.max(now, list.at(-1)?.since ?? 0));
          queue.push(item);
          list.push(item);
        } else if (kind === "insert") {
          const item = make(since);
          queue.insert(item);
          const at = list.findIndex((other) => other.since > since);
          list.splice(at === -1 ? list.length : at, 0, item);
        } else if (kind === "shift") {
          expect(queue.shift()).toBe(list.shift());
        } else if (kind === "delete" && list.length > 0) {
          const [item] = list.splice(which % list.length, 1) as [Item];
          queue.delete(item);
          expect([item.previous, item.next]).toEqual([undefined, undefined]);
        } else if (kind === "unshift all") {
          const least = list[0]?.since ?? 0;
          const items = [make(least), make(least)];
          queue.unshiftAll(items);
          list = [...items, ...list];
        } else if (kind === "take all") {
          expect(queue.takeAll().map(({ name }) => name)).toEqual(list.map(({ name }) => name));
          list = [];
        }
        expect(queue.size).toBe(list.length);
        expect(inside(queue).map(({ name }) => name)).toEqual(list.map(({ name }) => name));
        for (const [index, item] of list.entries()) expect(item.previous).toBe(list[index - 1]);
      }
    }),
  );
});
