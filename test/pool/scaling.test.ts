import { isolatePool } from "process-isolation";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { Held, nextPoolEvent, poolEvents, usePool } from "../helpers/use-pool.js";

test("with min: 0 there is no process before the first call, and none again when nobody has called for idleMs", async () => {
  const pool = await usePool({ min: 0, max: 2, idleMs: 50 });
  expect((await pool.status()).processes).toEqual([]);
  const pid = await pool.api.pid();
  const { processes } = await nextPoolEvent(pool, "scaledDown");
  expect(processes).toBe(0);
  await until(() => !isAlive(pid));
  expect(await pool.api.pid()).not.toBe(pid);
});

test("isolatePool resolves when `min` processes take calls", async () => {
  const pool = await usePool({ min: 3, max: 4 });
  const { processes } = await pool.status();
  expect(processes.map(({ generation, state }) => [generation, state])).toEqual([
    [1, "ready"],
    [2, "ready"],
    [3, "ready"],
  ]);
  for (const { pid, rssBytes, uptimeMs, inFlight, done } of processes) {
    expect(isAlive(pid)).toBe(true);
    expect(rssBytes).toBeGreaterThan(10e6);
    expect(uptimeMs).toBeGreaterThan(0);
    expect({ inFlight, done }).toEqual({ inFlight: 0, done: 0 });
  }
});

test("a call that waits too long gets another process, up to max, and idle ones go again, down to min", async () => {
  const pool = await usePool({ min: 1, max: 3, scaleUpAfterMs: 10, idleMs: 50 });
  const up = poolEvents(pool, "scaledUp");
  const down = poolEvents(pool, "scaledDown");
  const held = new Held();
  for (let n = 0; n < 3; n += 1) await held.begin(pool.api);
  expect(new Set(held.pids).size).toBe(3);
  const fourth = pool.api.pid();
  expect((await pool.status()).queued).toBe(1);
  await until(() => up.length === 2);
  expect(up.map(({ processes }) => processes)).toEqual([2, 3]);
  await held.end();
  await fourth;
  await until(() => down.length === 2);
  expect((await pool.status()).processes.filter(({ state }) => state === "ready").length).toBe(1);
  await until(() => held.pids.filter((pid) => isAlive(pid)).length === 1);
});

test("where no call may wait, those that are refused have processes started for the next ones, up to max", async () => {
  const pool = await usePool({ min: 0, max: 2, maxQueue: 0 });
  const held = new Held();
  for (let n = 1; n <= 2; n += 1) {
    const ready = nextPoolEvent(pool, "started");
    while ((await pool.status()).processes.length < n) {
      expect((await isolationError(pool.api.pid())).code).toBe("QUEUE_FULL");
    }
    await ready;
    await held.begin(pool.api);
  }
  expect(new Set(held.pids).size).toBe(2);
  expect((await isolationError(pool.api.pid())).code).toBe("QUEUE_FULL");
  expect((await pool.status()).processes.length).toBe(2);
  await held.end();
});

test("short calls that one process keeps up with start no other", async () => {
  const pool = await usePool({ min: 1, max: 4, scaleUpAfterMs: 30_000 });
  await Promise.all(Array.from({ length: 500 }, () => pool.api.echo(1)));
  expect((await pool.status()).processes.length).toBe(1);
});

test("a process that is slow to start delays no call that another can take", async () => {
  let letGo = (): void => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const pool = await usePool({
    min: 1,
    max: 2,
    scaleUpAfterMs: 1,
    onGeneration: async (_, { generation }) => {
      if (generation === 2) await slow;
    },
  });
  const held = new Held();
  await held.begin(pool.api);
  const waits = pool.api.pid();
  let processes = (await pool.status()).processes;
  while (processes.length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    processes = (await pool.status()).processes;
  }
  await held.end();
  expect(await waits).toBe(held.pids[0]);
  letGo();
});

test("what onGeneration calls by the pool's own handle reaches the process that it prepares", async () => {
  const prepared: number[] = [];
  const pool = await isolatePool<typeof import("../fixtures/pool/worker.mjs")>(
    new URL("../fixtures/pool/worker.mjs", import.meta.url),
    {
      min: 0,
      max: 1,
      onGeneration: async (api, { pid }) => {
        prepared.push(pid, await api.pid(), await pool.api.pid(), await pool.invoke<number>("pid"));
      },
    },
  );
  await using _ = pool;
  const pid = await pool.api.pid();
  expect(prepared).toEqual([pid, pid, pid, pid]);
});

test("a start that fails later is tried again, at the cost of one restart", async () => {
  const pool = await usePool({
    min: 1,
    max: 1,
    restart: { backoff: { initialMs: 1 } },
    onGeneration: (_, { generation }) => {
      if (generation === 2) throw new TypeError("not yet");
    },
  });
  const failed = nextPoolEvent(pool, "startFailed");
  await isolationError(pool.api.kill());
  expect(await pool.api.echo("again")).toBe("again");
  expect(await failed).toMatchObject({ generation: 2, willRetry: true, error: { code: "START_FAILED" } });
  expect((await pool.status()).restarts).toBe(2);
});

test("recycling replaces one process at a time; the fresh one takes calls before the old one goes, and none is lost", async () => {
  const pool = await usePool({ min: 2, max: 2, recycle: { afterCalls: 5 } });
  const recycled = poolEvents(pool, "recycled");
  let fewest = 2;
  let most = 0;
  while (recycled.length < 4) {
    await Promise.all([pool.api.work(), pool.api.work(), pool.api.work()]);
    const { processes } = await pool.status();
    const ready = processes.filter(({ state }) => state === "ready").length;
    const starting = processes.filter(({ state }) => state === "starting").length;
    fewest = Math.min(fewest, ready);
    most = Math.max(most, starting);
  }
  expect(fewest).toBe(2);
  expect(most).toBe(1);
  expect(new Set(recycled.map(({ predecessor }) => predecessor)).size).toBe(recycled.length);
});

test("calls that go on in processes that were replaced do not add up to ever more processes", async () => {
  const pool = await usePool({ max: 1, concurrency: 2, recycle: { afterCalls: 2 } });
  const held = new Held();
  for (let n = 0; n < 4; n += 1) await held.begin(pool.api);
  expect(new Set(held.pids).size).toBe(2);
  // The second one is due with its second call, and is not replaced as long as the first goes on with its own.
  const { processes } = await pool.status();
  expect(processes).toMatchObject([
    { state: "leaving", inFlight: 2 },
    { state: "ready", inFlight: 2 },
  ]);
  const recycled = nextPoolEvent(pool, "recycled");
  await held.end();
  expect((await recycled).predecessor).toBe(held.pids[3]);
});

test("a successor that cannot start replaces nothing, and says why", async () => {
  let isBroken = true;
  const pool = await usePool({
    max: 1,
    recycle: { afterCalls: 2 },
    onGeneration: (_, { generation }) => {
      if (isBroken && generation > 1) throw new TypeError("broken");
    },
  });
  const failed = nextPoolEvent(pool, "startFailed");
  const pid = await pool.api.pid();
  await pool.api.pid();
  expect(await failed).toMatchObject({ willRetry: true, error: { cause: { message: "broken" } } });
  expect(await pool.api.pid()).toBe(pid);
  isBroken = false;
  expect((await nextPoolEvent(pool, "recycled")).predecessor).toBe(pid);
});

test("spares are kept beside those that work, and take over at once when one dies", async () => {
  const pool = await usePool({ max: 1, spares: 1 });
  const held = new Held();
  const victim = await held.begin(pool.api);
  await until(() => held.pids.length === 1);
  let spare: number | undefined;
  while (spare === undefined) {
    const { processes } = await pool.status();
    spare = processes.find(({ state, pid }) => state === "ready" && pid !== victim)?.pid;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const waits = pool.api.pid();
  process.kill(victim, "SIGKILL");
  expect(await waits).toBe(spare);
  await Promise.allSettled(held.calls);
});
