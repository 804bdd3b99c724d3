import { type IsolatePool, isolatePool } from "process-isolation";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { Held, poolEvents, usePool, WORKER, type Worker } from "../helpers/use-pool.js";

const ONE_SHOT = { recycle: { afterCalls: 1 } };

test("no process sees a second call, however many are made at once", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 2 });
  const results = await Promise.all(Array.from({ length: 12 }, () => pool.api.work()));
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(12);
  expect(new Set(results.map(({ calls }) => calls))).toEqual(new Set([1]));
  await until(() => results.slice(0, 9).every(({ pid }) => !isAlive(pid)));
});

test("nor after calls that were cancelled, threw, or ended their process", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 2, spares: 2 });
  const scope = new AbortController();
  const calls: Promise<unknown>[] = [];
  for (let n = 0; n < 4; n += 1) {
    calls.push(pool.api.work(0), pool.load({ signal: scope.signal }).work(5_000), pool.api.fail("x"), pool.api.exit(n));
  }
  setTimeout(() => scope.abort(), 150);
  const results = await Promise.allSettled(calls);
  const worked = results.flatMap((result) =>
    result.status === "fulfilled" ? [result.value as { calls: number }] : [],
  );
  expect(worked.length).toBe(4);
  expect(new Set(worked.map((result) => result.calls))).toEqual(new Set([1]));
  const last = await pool.api.work();
  expect(last.calls).toBe(1);
});

test("deaths of its calls spend no restarts: each process was to end anyway", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 2, restart: { maxRestarts: 1 } });
  for (let n = 0; n < 5; n += 1) expect((await isolationError(pool.api.exit(1))).code).toBe("CRASHED");
  expect(await pool.status()).toMatchObject({ state: "ready", restarts: 0 });
  expect((await pool.api.work()).calls).toBe(1);
});

test("what onGeneration calls by the pool's own handle is not its one call", async () => {
  const pool: IsolatePool<Worker> = await isolatePool<Worker>(WORKER, {
    ...ONE_SHOT,
    min: 0,
    max: 1,
    spares: 0,
    onGeneration: async () => void (await pool.api.echo("prepared")),
  });
  await using _ = pool;
  const [one, other] = await Promise.all([pool.api.work(), pool.api.work()]);
  expect([one.calls, other.calls]).toEqual([1, 1]);
  expect(one.pid).not.toBe(other.pid);
});

test("a spare is ready before the call comes, with the module loaded", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 1, spares: 2 });
  const ready = (await pool.status()).processes.filter(({ state }) => state === "ready").map(({ pid }) => pid);
  expect(ready.length).toBe(2);
  expect(ready).toContain((await pool.api.work()).pid);
});

test("spares come on top of max: no more calls run at once than max says", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 1, spares: 2 });
  const held = new Held();
  await held.begin(pool.api);
  const waits = pool.api.work();
  expect(await pool.status()).toMatchObject({ queued: 1, running: 1 });
  await held.end();
  expect((await waits).calls).toBe(1);
});

test("a process whose result is a stream ends when that was read, and sees no other call meanwhile", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 1 });
  const rows = await pool.api.count(2_000);
  const iterator = rows[Symbol.asyncIterator]();
  const { pid } = (await iterator.next()).value as { pid: number };
  const waits = pool.api.work();
  expect((await pool.status()).queued).toBe(1);
  let items = 1;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) items += 1;
  expect(items).toBe(2_000);
  expect((await waits).pid).not.toBe(pid);
});

test("an idempotent call whose process died runs again in a fresh one", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 1 });
  const held = new Held();
  const victim = await held.begin(pool.load({ idempotent: true }));
  process.kill(victim, "SIGKILL");
  await until(() => held.pids.length === 2);
  await held.end();
  expect(await held.calls[0]).not.toBe(victim);
});

test("processes that end do not pile up", async () => {
  const pool = await usePool({ ...ONE_SHOT, max: 2, spares: 1 });
  let most = 0;
  const results = poolEvents(pool, "exited");
  const watch = setInterval(async () => {
    most = Math.max(most, (await pool.status()).processes.length);
  }, 5);
  await Promise.all(Array.from({ length: 10 }, () => pool.api.work()));
  clearInterval(watch);
  expect(most).toBeLessThanOrEqual(6);
  expect(results.every(({ outcome }) => outcome.reason === "requested")).toBe(true);
});
