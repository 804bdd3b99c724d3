import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isolatePool } from "process-isolation";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { Held, nextPoolEvent, poolEvents, usePool, WORKER } from "../helpers/use-pool.js";

test("a death hurts the calls of its own process and no others, and tells the whole story", async () => {
  const pool = await usePool({ min: 2, max: 2, name: "mortal" });
  const held = new Held();
  const [victim] = [await held.begin(pool.api), await held.begin(pool.api)];
  const waits = pool.api.pid();
  const restarted = nextPoolEvent(pool, "restarted");
  process.kill(victim, "SIGKILL");
  const error = await isolationError(held.calls[0] as Promise<number>);
  expect(error).toMatchObject({
    code: "CRASHED",
    facts: { isolate: "mortal", generation: 1, pid: victim, signal: "SIGKILL", reason: "signal", attempts: 1 },
  });
  const { pid, generation, restarts } = await restarted;
  expect({ generation, restarts }).toEqual({ generation: 3, restarts: 1 });
  expect(await waits).toBe(pid);
  await held.end();
  expect(await Promise.allSettled(held.calls)).toMatchObject([{ status: "rejected" }, { status: "fulfilled" }]);
});

test.each([
  ["process.exit(0)", "exit", [0], { exitCode: 0, reason: "exit" }],
  ["process.exit(3)", "exit", [3], { exitCode: 3, reason: "exit" }],
  ["a segmentation fault", "kill", ["SIGSEGV"], { signal: "SIGSEGV", reason: "signal" }],
  ["an abort", "kill", ["SIGABRT"], { signal: "SIGABRT", reason: "signal" }],
] as const)("%s in a call is the end of that call alone", async (_, method, args, facts) => {
  const pool = await usePool({ max: 1 });
  expect(await isolationError(pool.invoke(method, args))).toMatchObject({ code: "CRASHED", facts });
  expect(await pool.api.echo("next")).toBe("next");
});

test("an idempotent call runs again in another process, before those that came later", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  const held = new Held();
  const victim = await held.begin(pool.load({ idempotent: true }));
  const other = await held.begin(pool.api);
  const later = pool.api.work();
  process.kill(victim, "SIGKILL");
  await until(() => held.pids.length === 3);
  expect(held.pids[2]).not.toBe(victim);
  expect(held.pids[2]).not.toBe(other);
  expect((await pool.status()).queued).toBe(1);
  await held.end();
  expect(await held.calls[0]).toBe(held.pids[2]);
  await later;
});

test("a call that ends every process it meets is given up after three, with how often it was tried", async () => {
  const file = join(useDirectory(), "pids");
  const pool = await usePool({ min: 2, max: 2 });
  const error = await isolationError(pool.load({ idempotent: true }).dieIfFirst(file));
  expect(error).toMatchObject({ code: "CRASHED", facts: { attempts: 3 } });
  expect(new Set(readFileSync(file, "utf8").trim().split("\n")).size).toBe(3);
  expect(await pool.api.echo("alive")).toBe("alive");
});

test("a loop without end frees its place when its time is over, and its process is replaced", async () => {
  const pool = await usePool({ max: 1, cancelGraceMs: 100, callTimeoutMs: 200 });
  const pid = await pool.api.pid();
  const exited = nextPoolEvent(pool, "exited");
  expect((await isolationError(pool.api.loop())).code).toBe("DEADLINE_EXCEEDED");
  expect(await pool.load({ timeoutMs: 10_000 }).pid()).not.toBe(pid);
  expect(await exited).toMatchObject({ pid, outcome: { reason: "terminated" }, willRestart: false });
  expect((await pool.status()).restarts).toBe(0);
});

test("a process with a loop whose time is over is not killed before its other calls have ended", async () => {
  const pool = await usePool({ max: 1, concurrency: 2, cancelGraceMs: 50 });
  const held = new Held();
  const pid = await held.begin(pool.api);
  const hung = pool.load({ timeoutMs: 50 }).hang();
  expect((await isolationError(hung)).code).toBe("DEADLINE_EXCEEDED");
  // Another process has taken its place for what comes.
  let other = pid;
  while (other === pid) other = await pool.api.pid();
  expect(isAlive(pid)).toBe(true);
  await held.end();
  expect(await held.calls[0]).toBe(pid);
  await until(() => !isAlive(pid));
});

test("a call that ends in time after it was given up keeps its process", async () => {
  const file = join(useDirectory(), "pids");
  const pool = await usePool({ max: 1, cancelGraceMs: 5_000 });
  const pid = await pool.api.pid();
  const given = pool.load({ timeoutMs: 100 }).untilAborted(file, 50);
  expect((await isolationError(given)).code).toBe("DEADLINE_EXCEEDED");
  expect(await pool.api.pid()).toBe(pid);
  expect(readFileSync(file, "utf8")).toBe(`${pid}\n`);
});

test("a process that blocks longer than unresponsiveAfterMs is replaced, and its call says why", async () => {
  const pool = await usePool({ max: 1, unresponsiveAfterMs: 300 });
  expect((await isolationError(pool.api.loop())).code).toBe("UNRESPONSIVE");
  expect(await pool.api.echo(1)).toBe(1);
});

test("limits hold for each process", async () => {
  const pool = await usePool({ min: 2, max: 2, limits: { memory: "150MB" } });
  const held = new Held();
  await held.begin(pool.api);
  const error = await isolationError(pool.api.fill(400));
  expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", facts: { limit: "memory" } });
  await held.end();
  expect(await held.calls[0]).toBe(held.pids[0]);
  expect(await pool.api.echo(1)).toBe(1);
});

test("a module that ends its process while it loads fails the start once, with the reason", async () => {
  const error = await isolationError(isolatePool(fixture("exits-while-loading.mjs"), { min: 4, max: 4 }));
  expect(error).toMatchObject({ code: "START_FAILED", facts: { exitCode: 9, generation: 1 } });
});

test("with min: 0 whoever waits hears at once why no process starts, and in the end that none will", async () => {
  const pool = await usePool(
    { min: 0, max: 4, restart: { maxRestarts: 2, backoff: { initialMs: 10, maxMs: 10 } } },
    fixture("exits-while-loading.mjs"),
  );
  const failed = poolEvents(pool, "startFailed");
  const exhausted = nextPoolEvent(pool, "restartsExhausted");
  const first = await Promise.all([1, 2, 3].map((n) => isolationError(pool.invoke("anything", [n]))));
  for (const error of first) expect(error).toMatchObject({ code: "START_FAILED", facts: { exitCode: 9 } });
  let error = first[0];
  while (error?.code === "START_FAILED") error = await isolationError(pool.invoke("anything"));
  expect(error).toMatchObject({ code: "RESTARTS_EXHAUSTED", cause: { code: "START_FAILED" } });
  await exhausted;
  // However many calls waited: no more starts than the budget has, and than there may be at once.
  expect(failed.length).toBeLessThanOrEqual(3);
  expect((await pool.status()).state).not.toBe("ready");
});

test.each([
  ["that is not there", fixture("no-such-module.mjs"), "MODULE_NOT_FOUND"],
  ["that throws", fixture("fails-to-load.mjs"), "MODULE_FAILED"],
])("a module %s fails each call with the reason, in one process", async (_, module, code) => {
  const pool = await usePool({ max: 2 }, module);
  const started = poolEvents(pool, "started");
  const errors = await Promise.all([1, 2, 3].map(() => isolationError(pool.invoke("anything"))));
  expect(errors.map((error) => error.code)).toEqual([code, code, code]);
  expect(started.length).toBeLessThanOrEqual(2);
  expect((await pool.status()).restarts).toBe(0);
});

test("with preload: true, a module that cannot be loaded fails the start", async () => {
  const error = await isolationError(isolatePool(fixture("fails-to-load.mjs"), { preload: true }));
  expect(error).toMatchObject({ code: "MODULE_FAILED", cause: { message: "this module never loads" } });
});

test("a crash loop spends one budget, whichever processes crash, and ends the pool with the reason", async () => {
  const pool = await usePool({
    min: 3,
    max: 3,
    restart: { maxRestarts: 4, withinMs: 60_000, backoff: { initialMs: 1 } },
  });
  const exited = poolEvents(pool, "exited");
  const exhausted = nextPoolEvent(pool, "restartsExhausted");
  const results = await Promise.all(Array.from({ length: 30 }, () => isolationError(pool.api.exit(4))));
  await exhausted;
  const codes = new Set(results.map(({ code }) => code));
  // One that had just been handed to a process which is ended with the others is refused there.
  codes.delete("STOPPED");
  expect([...codes].sort()).toEqual(["CRASHED", "RESTARTS_EXHAUSTED"]);
  expect(results.filter(({ code }) => code === "CRASHED").length).toBeLessThanOrEqual(4 + 3);
  expect((await isolationError(pool.api.echo(1))).code).toBe("RESTARTS_EXHAUSTED");
  await until(() => exited.every(({ pid }) => !isAlive(pid)));
  expect(exited.length).toBeLessThanOrEqual(4 + 3);
});

test("processes that die in their first calls are no proof that any works: ten in a row are the end", async () => {
  const pool = await usePool({ max: 4, restart: { backoff: { initialMs: 1, maxMs: 1 } } });
  const exited = poolEvents(pool, "exited");
  const exhausted = nextPoolEvent(pool, "restartsExhausted");
  const results = Promise.all(Array.from({ length: 40 }, () => isolationError(pool.api.exit(4))));
  expect(await exhausted).toMatchObject({ restarts: 10 });
  await results;
  // Those beside the last one may have had theirs, too.
  expect(exited.length).toBeLessThanOrEqual(11 + 3);
});

test("deaths are not in a row where a process answers a call between them", async () => {
  const pool = await usePool({ min: 2, max: 2, restart: { backoff: { initialMs: 1, maxMs: 1 } } });
  for (let n = 0; n < 13; n += 1) {
    expect((await isolationError(pool.api.exit(4))).code).toBe("CRASHED");
    expect(await pool.api.echo(n)).toBe(n);
  }
  expect((await pool.status()).state).toBe("ready");
});

test("with restart: false the first crash is the end of the pool; what runs elsewhere may finish", async () => {
  const pool = await usePool({ min: 2, max: 2, restart: false });
  const held = new Held();
  const pids = [await held.begin(pool.api), await held.begin(pool.api)];
  process.kill(pids[0] as number, "SIGKILL");
  expect((await isolationError(held.calls[0] as Promise<number>)).code).toBe("CRASHED");
  const error = await isolationError(pool.api.echo(1));
  expect(error).toMatchObject({ code: "STOPPED" });
  expect(error.message).toContain("restarting is off");
  await held.end();
  expect(await held.calls[1]).toBe(pids[1]);
});

test("calls are answered on while processes are killed again and again", async () => {
  const pool = await usePool({ min: 2, max: 2, restart: { maxRestarts: 1_000 } });
  const isOver = { is: false };
  const killer = (async () => {
    for (let n = 0; n < 12; n += 1) {
      const { processes } = await pool.status();
      const pid = processes.find(({ state }) => state === "ready")?.pid;
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      await pool.load({ idempotent: true }).work(1);
    }
    isOver.is = true;
  })();
  let done = 0;
  while (!isOver.is) {
    await Promise.all([1, 2, 3, 4].map(() => pool.load({ idempotent: true }).work()));
    done += 4;
  }
  await killer;
  expect(done).toBeGreaterThan(0);
});

test("a process that is stopped from outside while it is idle is replaced", async () => {
  const pool = await usePool({ max: 1 }, WORKER);
  const pid = await pool.api.pid();
  const restarted = nextPoolEvent(pool, "restarted");
  process.kill(pid, "SIGKILL");
  expect((await restarted).pid).not.toBe(pid);
  expect(await pool.api.pid()).not.toBe(pid);
});
