import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { Held, usePool } from "../helpers/use-pool.js";

test("a call goes to the least busy process, and waits only when all are busy", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  const held = new Held();
  const first = await held.begin(pool.api);
  const second = await held.begin(pool.api);
  expect(second).not.toBe(first);
  const third = pool.api.pid();
  expect(await pool.status()).toMatchObject({ queued: 1, running: 2 });
  await held.end();
  expect([first, second]).toContain(await third);
});

test("of several that are free, the oldest is used, so that the others get idle", async () => {
  const pool = await usePool({ min: 3, max: 3 });
  const pids = new Set<number>();
  for (let n = 0; n < 10; n += 1) pids.add(await pool.api.pid());
  expect(pids.size).toBe(1);
});

test.each([1, 3])("no process runs more than `concurrency` calls at once (%i)", async (concurrency) => {
  const pool = await usePool({ min: 2, max: 2, concurrency });
  const results = await Promise.all(Array.from({ length: 40 }, () => pool.api.work(2)));
  expect(Math.max(...results.map(({ mostRunning }) => mostRunning))).toBe(concurrency);
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
});

test("calls that wait begin in their order", async () => {
  const pool = await usePool({ max: 1 });
  const order: number[] = [];
  await Promise.all(Array.from({ length: 30 }, (_, n) => pool.api.echo(n).then((value) => order.push(value))));
  expect(order).toEqual(Array.from({ length: 30 }, (_, n) => n));
});

test("one more than maxQueue is refused, naming the bound; none that is running counts", async () => {
  const pool = await usePool({ max: 1, maxQueue: 2, name: "narrow" });
  const held = new Held();
  await held.begin(pool.api);
  const waiting = [pool.api.pid(), pool.api.pid()];
  const error = await isolationError(pool.api.pid());
  expect(error).toMatchObject({ code: "QUEUE_FULL", facts: { isolate: "narrow" } });
  expect(error.message).toContain("2 calls of narrow already wait, which is maxQueue");
  await held.end();
  await Promise.all(waiting);
});

test("a call that waits has the arguments as they were when it was made", async () => {
  const pool = await usePool({ max: 1 });
  const held = new Held();
  await held.begin(pool.api);
  const argument = { list: [1, 2] };
  const result = pool.api.echo(argument);
  argument.list.push(3);
  await held.end();
  expect(await result).toEqual({ list: [1, 2] });
});

test("what cannot cross is refused while the call waits, and takes no place", async () => {
  const pool = await usePool({ max: 1, maxQueue: 1 });
  const held = new Held();
  await held.begin(pool.api);
  const error = await isolationError(pool.invoke("echo", [{ deep: new WeakMap() }]));
  expect(error.code).toBe("NOT_SERIALIZABLE");
  const waits = pool.api.echo(1);
  await held.end();
  expect(await waits).toBe(1);
});

test("an error of the module is its own, and the process goes on", async () => {
  const pool = await usePool({ max: 1 });
  const pid = await pool.api.pid();
  await expect(pool.api.fail("broken")).rejects.toThrow(RangeError);
  expect(await pool.api.pid()).toBe(pid);
});

test("an export that is not there is named", async () => {
  const pool = await usePool({ max: 1 });
  expect((await isolationError(pool.invoke("ecko"))).message).toContain("echo");
});

test("options of a call that are none are named, by load as by invoke", async () => {
  const pool = await usePool({ min: 0, max: 1 });
  expect((await isolationError(pool.invoke("echo", [1], { kye: "a" } as never))).message).toContain(
    'did you mean "key"',
  );
  expect(() => pool.load({ caller: 1 } as never)).toThrow(/caller must be a string/);
});
