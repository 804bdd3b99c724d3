import { join } from "node:path";
import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { Held, nextPoolEvent, usePool } from "../helpers/use-pool.js";

test("callbacks, streams both ways, generators and signals cross as with isolate()", async () => {
  const pool = await usePool({ min: 1, max: 2 });
  expect((await pool.api.callBack(20, async (n) => n + 1)).value).toBe(21);
  const given = (async function* () {
    yield* [1, 2, 3];
  })();
  expect((await pool.api.total(given)).sum).toBe(6);
  const items: number[] = [];
  for await (const { n } of pool.api.count(5)) items.push(n);
  expect(items).toEqual([0, 1, 2, 3, 4]);
});

test("a process whose stream somebody reads is busy until that was read to its end", async () => {
  const pool = await usePool({ max: 1 });
  const rows = await pool.api.count(5_000);
  const waits = pool.api.pid();
  expect(await pool.status()).toMatchObject({ queued: 1, running: 0 });
  let items = 0;
  for await (const _ of rows) items += 1;
  expect(items).toBe(5_000);
  expect(typeof (await waits)).toBe("number");
});

test("a stream that is broken off frees the process", async () => {
  const pool = await usePool({ max: 1 });
  for await (const _ of pool.api.count(1_000_000)) break;
  expect(await pool.api.echo(1)).toBe(1);
});

test("with several calls in a process each stream holds one place", async () => {
  const pool = await usePool({ max: 1, concurrency: 2 });
  const [one, two] = [await pool.api.count(3_000), await pool.api.count(3_000)];
  const waits = pool.api.echo("room");
  expect((await pool.status()).queued).toBe(1);
  for await (const _ of one as AsyncIterable<unknown>);
  expect(await waits).toBe("room");
  for await (const _ of two as AsyncIterable<unknown>);
});

test("an object that was lent is that of its process, wherever other calls go", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  using counter = await pool.api.counter();
  const pid = await counter.pid();
  const held = new Held();
  await held.begin(pool.api);
  await held.begin(pool.api);
  expect([await counter.next(), await counter.next()]).toEqual([1, 2]);
  expect(await counter.pid()).toBe(pid);
  await held.end();
});

test("a call that waits is cancelled by its signal, and never begins", async () => {
  const pool = await usePool({ max: 1 });
  const held = new Held();
  await held.begin(pool.api);
  const scope = new AbortController();
  const before = (await pool.status()).done;
  const waits = pool.load({ signal: scope.signal }).work();
  scope.abort(new Error("changed my mind"));
  expect(await isolationError(waits)).toMatchObject({ code: "CANCELLED", cause: { message: "changed my mind" } });
  expect(await pool.status()).toMatchObject({ queued: 0, done: before });
  await held.end();
  expect((await pool.api.facts()).calls).toBe(1);
});

test("the time of a call runs while it waits", async () => {
  const pool = await usePool({ max: 1 });
  const held = new Held();
  await held.begin(pool.api);
  const error = await isolationError(pool.load({ timeoutMs: 30 }).work());
  expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", facts: { attempts: 0 } });
  await held.end();
});

test("a call whose signal was aborted before is not made", async () => {
  const pool = await usePool({ min: 0, max: 1 });
  expect((await isolationError(pool.load({ signal: AbortSignal.abort() }).pid())).code).toBe("CANCELLED");
  expect((await pool.status()).processes).toEqual([]);
});

test("a call that is cancelled while it runs hears of it, and its process goes on", async () => {
  const file = join(useDirectory(), "pids");
  const pool = await usePool({ max: 1 });
  const pid = await pool.api.pid();
  const scope = new AbortController();
  const call = pool.load({ signal: scope.signal }).untilAborted(file);
  setTimeout(() => scope.abort(), 30);
  expect((await isolationError(call)).code).toBe("CANCELLED");
  expect(await pool.api.pid()).toBe(pid);
});

test("lines that processes write are events with the process that wrote them", async () => {
  const pool = await usePool({ max: 1, name: "speaker" });
  const line = nextPoolEvent(pool, "stdout");
  await pool.api.say("hello");
  expect(await line).toMatchObject({ isolate: "speaker", generation: 1, line: "hello" });
});
