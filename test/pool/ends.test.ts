import { isolatePool } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { Held, usePool, WORKER } from "../helpers/use-pool.js";

test("shutdown refuses what waits and what comes, and lets what runs finish", async () => {
  const pool = await usePool({ max: 1, name: "closing" });
  const held = new Held();
  const pid = await held.begin(pool.api);
  const waits = isolationError(pool.api.pid());
  const over = pool.shutdown({ reason: "deploy", graceMs: 5_000 });
  expect(await waits).toMatchObject({ code: "STOPPED", facts: { isolate: "closing" } });
  const late = await isolationError(pool.api.pid());
  expect(late).toMatchObject({ code: "STOPPED" });
  expect(late.message).toContain("closing was shut down (deploy)");
  expect((await pool.status()).state).toBe("stopping");
  await held.end();
  expect(await held.calls[0]).toBe(pid);
  await over;
  expect(isAlive(pid)).toBe(false);
  expect(await pool.status()).toMatchObject({ state: "stopped", queued: 0, running: 0, processes: [] });
});

test("what runs longer than graceMs ends with STOPPED", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  await pool.api.pid();
  const hung = [isolationError(pool.api.hang()), isolationError(pool.api.loop())];
  await pool.shutdown({ graceMs: 100 });
  for (const error of await Promise.all(hung)) expect(error.code).toBe("STOPPED");
});

test.each(["shutdown", "terminate"] as const)("idempotent calls that run end with %s, too", async (how) => {
  const pool = await usePool({ max: 1, concurrency: 2 });
  const api = pool.load({ idempotent: true });
  const hung = [isolationError(api.hang()), isolationError(api.hang())];
  expect((await pool.status()).running).toBe(2);
  await (how === "shutdown" ? pool.shutdown({ graceMs: 50 }) : pool.terminate());
  for (const error of await Promise.all(hung)) expect(error.code).toBe("STOPPED");
  expect(await pool.status()).toMatchObject({ queued: 0, running: 0 });
});

test("a listener that ends the pool after a crash changes nothing of what the crashed call hears", async () => {
  const pool = await usePool({ max: 1 });
  const order: string[] = [];
  pool.events.on("exited", () => order.push("exited"));
  const over = new Promise<void>((resolve) => {
    pool.events.once("restarting", () => {
      order.push("restarting");
      resolve(pool.shutdown());
    });
  });
  expect((await isolationError(pool.api.exit(3))).code).toBe("CRASHED");
  await over;
  expect(order).toEqual(["exited", "restarting"]);
});

describe("code of the user that runs while a call is made", () => {
  const places = ["key", "an argument"] as const;

  /** A pool, and a call of it, which runs something in the midst of being made. */
  async function use(where: (typeof places)[number], run: () => void) {
    const key =
      where === "key" ? ({ method }: { method: string }) => (method === "echo" ? void run() : undefined) : undefined;
    const pool = await usePool({ max: 1, ...(key && { key }) });
    const value = {
      get number() {
        if (where === "an argument") run();
        return 1;
      },
    };
    return { pool, value };
  }

  test.each(places)("may end the pool: the call is refused (%s)", async (where) => {
    const over: Promise<void>[] = [];
    const { pool, value } = await use(where, () => over.push(pool.shutdown({ graceMs: 0 })));
    const holds = isolationError(pool.api.hang());
    expect((await isolationError(pool.api.echo(value))).code).toBe("STOPPED");
    await holds;
    await Promise.all(over);
    expect(await pool.status()).toMatchObject({ queued: 0, running: 0 });
  });

  test.each(places)("may give the call up: it takes no place (%s)", async (where) => {
    const abort = new AbortController();
    const held = new Held();
    const { pool, value } = await use(where, () => abort.abort());
    await held.begin(pool.api);
    const { signal } = abort;
    expect((await isolationError(pool.load({ signal }).echo(value))).code).toBe("CANCELLED");
    expect(await pool.status()).toMatchObject({ queued: 0, running: 1 });
    await held.end();
    expect(await pool.api.work(0, 2)).toMatchObject({ value: 2 });
  });
});

test("terminate kills all at once, also those that shut down", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  await pool.api.pid();
  const hung = isolationError(pool.api.loop());
  const pids = (await pool.status()).processes.map(({ pid }) => pid);
  const slow = pool.shutdown({ graceMs: 60_000 });
  await pool.terminate();
  await slow;
  expect((await hung).code).toBe("STOPPED");
  expect(pids.some((pid) => isAlive(pid))).toBe(false);
});

test("shutdown is idempotent, and `await using` does it", async () => {
  let pid = 0;
  {
    await using pool = await isolatePool<typeof import("../fixtures/pool/worker.mjs")>(WORKER, { max: 1 });
    pid = await pool.api.pid();
    await Promise.all([pool.shutdown(), pool.shutdown()]);
  }
  expect(isAlive(pid)).toBe(false);
});

test("a shutdown while processes start gives them up", async () => {
  const pool = await usePool({ min: 0, max: 2 });
  const waits = isolationError(pool.api.pid());
  await pool.shutdown();
  expect((await waits).code).toBe("STOPPED");
  expect((await pool.status()).processes).toEqual([]);
});

test("its signal gives up the start, and leaves nothing", async () => {
  const scope = new AbortController();
  const pids: number[] = [];
  const starting = isolatePool(WORKER, {
    signal: scope.signal,
    onGeneration: (_, { pid }) => {
      pids.push(pid);
      scope.abort(new Error("no longer needed"));
      return new Promise(() => {});
    },
  });
  expect(await isolationError(starting)).toMatchObject({ code: "CANCELLED", cause: { message: "no longer needed" } });
  await until(() => pids.length > 0 && pids.every((pid) => !isAlive(pid)));
});

test("files that output goes to are shared by all processes, and closed with the pool", async () => {
  const { mkdtempSync, readFileSync, rmSync } = await import("node:fs");
  const { join } = await import("node:path");
  const { tmpdir } = await import("node:os");
  const directory = mkdtempSync(join(tmpdir(), "test-"));
  try {
    const file = join(directory, "out.log");
    const pool = await usePool({ min: 2, max: 2, stdout: { file } });
    await Promise.all(Array.from({ length: 10 }, (_, n) => pool.api.say(`line ${n}`)));
    await pool.shutdown();
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.filter((line) => line.includes("line ")).length).toBe(10);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
