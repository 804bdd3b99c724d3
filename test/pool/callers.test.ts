import { expect, test } from "vitest";
import { Held, usePool } from "../helpers/use-pool.js";

test("callers that wait have their turns one after the other", async () => {
  const pool = await usePool({ max: 1 });
  const held = new Held();
  await held.begin(pool.api);
  const order: string[] = [];
  const make = (caller: string, times: number) =>
    Array.from({ length: times }, (_, n) =>
      pool
        .load({ caller })
        .echo(`${caller}${n}`)
        .then((value) => order.push(value)),
    );
  const calls = [...make("a", 6), ...make("b", 2), ...make("c", 3)];
  await held.end();
  await Promise.all(calls);
  expect(order).toEqual(["a0", "b0", "c0", "a1", "b1", "c1", "a2", "c2", "a3", "a4", "a5"]);
});

test("one that floods does not delay another's lone call by more than one call", async () => {
  const pool = await usePool({ max: 1 });
  let done = 0;
  const flood = Array.from({ length: 500 }, () =>
    pool
      .load({ caller: "flood" })
      .work()
      .then(() => (done += 1)),
  );
  await pool.load({ caller: "lone" }).work();
  expect(done).toBeLessThan(5);
  await Promise.all(flood);
});
