import type { IsolatePool } from "process-isolation";
import { expect, test, vi } from "vitest";
import { isolationError, rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { usePool, type Worker } from "../helpers/use-pool.js";

/** Counts what is taken of it, and tells whether it was closed. */
function numbers(to: number) {
  const facts = { pulled: 0, isClosed: false };
  const source = (async function* () {
    try {
      for (let n = 0; n < to; n += 1) {
        facts.pulled += 1;
        yield n;
      }
    } finally {
      facts.isClosed = true;
    }
  })();
  return { facts, source };
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

test.each([
  ["a member of the api", (pool: IsolatePool<Worker>) => pool.map([1, 2, 3, 4, 5], pool.api.echo)],
  ["an export path", (pool: IsolatePool<Worker>) => pool.map<number, number>([1, 2, 3, 4, 5], "echo")],
  ["any function", (pool: IsolatePool<Worker>) => pool.map([1, 2, 3, 4, 5], async (n) => await pool.api.echo(n))],
])("%s is called for each item, and results come in the order of the source", async (_, map) => {
  const pool = await usePool({ min: 2, max: 2 });
  expect(await collect(map(pool))).toEqual([1, 2, 3, 4, 5]);
});

test("it gets the item and nothing else", async () => {
  const pool = await usePool({ min: 0 });
  const run = vi.fn((n: number) => n + 1);
  expect(await collect(pool.map([1, 2], run))).toEqual([2, 3]);
  expect(run.mock.calls).toEqual([[1], [2]]);
});

test("the order is kept though later ones are done sooner; with ordered: false they come as they are done", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  const times = [300, 0, 0, 0];
  const ordered = await collect(pool.map(times.entries(), ([n, ms]) => pool.api.work(ms, n)));
  expect(ordered.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
  const unordered = await collect(pool.map(times.entries(), ([n, ms]) => pool.api.work(ms, n), { ordered: false }));
  expect(unordered.map(({ value }) => value)).toEqual([1, 2, 3, 0]);
});

test.each([true, false])("no more is taken than is wanted (ordered: %s)", async (ordered) => {
  const pool = await usePool({ min: 2, max: 2 });
  const { source, facts } = numbers(1_000);
  const results = pool.map(source, pool.api.echo, { concurrency: 4, ordered });
  expect(facts.pulled).toBe(0);
  let taken = 0;
  for await (const _ of results) {
    taken += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(facts.pulled - taken).toBeLessThanOrEqual(4);
    if (taken === 20) break;
  }
  expect(facts.isClosed).toBe(true);
  expect(facts.pulled).toBeLessThanOrEqual(24);
});

test("by default as many are under way as the pool runs at once", async () => {
  const pool = await usePool({ min: 1, max: 2, concurrency: 2 });
  const { source, facts } = numbers(100);
  const results = pool.map(source, () => new Promise<never>(() => {}));
  const first = results.next();
  await until(() => facts.pulled === 4);
  await results.return?.();
  expect(await first).toEqual({ done: true, value: undefined });
});

test("break closes the source, and gives up the calls that are under way", async () => {
  const pool = await usePool({ max: 2, min: 2, cancelGraceMs: 100 });
  const { source, facts } = numbers(100);
  const fates: Promise<unknown>[] = [];
  const run = (n: number) => {
    const call = n === 0 ? pool.api.echo(n) : pool.api.work(60_000, n);
    fates.push(call.catch((error: unknown) => error));
    return call;
  };
  for await (const _ of pool.map<number, unknown>(source, run)) break;
  expect(facts.isClosed).toBe(true);
  const [first, ...others] = await Promise.all(fates);
  expect(first).toBe(0);
  for (const error of others) expect(error).toMatchObject({ code: "CANCELLED" });
  expect(others.length).toBeGreaterThan(0);
});

test("the first error ends it, closes the source, and gives up what is under way", async () => {
  const pool = await usePool({ max: 2, min: 2, cancelGraceMs: 100 });
  const { source, facts } = numbers(100);
  const fates: Promise<unknown>[] = [];
  const run = (n: number) => {
    const call = n === 1 ? pool.api.fail("broken item") : pool.api.work(60_000);
    fates.push(call.catch((error: unknown) => error));
    return call;
  };
  await expect(collect(pool.map<number, unknown>(source, run))).rejects.toThrow(RangeError);
  expect(facts.isClosed).toBe(true);
  expect(await fates[0]).toMatchObject({ code: "CANCELLED" });
});

test("a source that throws ends it with that error", async () => {
  const pool = await usePool({ max: 1 });
  const source = (function* () {
    yield 1;
    throw new SyntaxError("bad source");
  })();
  await expect(collect(pool.map(source, pool.api.echo))).rejects.toThrow("bad source");
});

test("its signal ends it, and the calls, with CANCELLED", async () => {
  const pool = await usePool({ max: 1, cancelGraceMs: 100 });
  const scope = new AbortController();
  const { source, facts } = numbers(100);
  const results = collect(pool.map(source, () => pool.api.work(60_000), { signal: scope.signal }));
  await until(() => facts.pulled > 0);
  scope.abort(new Error("enough"));
  expect(await isolationError(results)).toMatchObject({ code: "CANCELLED", cause: { message: "enough" } });
  await until(() => facts.isClosed);
});

test("it has the processes started that it needs where nothing may wait", async () => {
  const pool = await usePool({ min: 0, max: 2, maxQueue: 0 });
  expect(await collect(pool.map([1, 2, 3], pool.api.echo))).toEqual([1, 2, 3]);
});

test("it does not fail for maxQueue: it waits until there is room", async () => {
  const pool = await usePool({ max: 1, maxQueue: 1 });
  const results = await collect(
    pool.map(
      Array.from({ length: 30 }, (_, n) => n),
      pool.api.echo,
      { concurrency: 10 },
    ),
  );
  expect(results.length).toBe(30);
});

test("streams are sources as well", async () => {
  const pool = await usePool({ max: 1 });
  const stream = new Response("a b c").body?.pipeThrough(new TextDecoderStream());
  expect((await collect(pool.map(stream as unknown as AsyncIterable<string>, pool.api.echo))).join("")).toBe("a b c");
});

test("what is no source, function or option is refused", async () => {
  const pool = await usePool({ min: 0 });
  expect(await rejection(collect(pool.map(5 as never, pool.api.echo)))).toMatchObject({ code: "INVALID_OPTION" });
  expect(() => pool.map([1], 5 as never)).toThrow(/run must be a function or an export path/);
  expect(() => pool.map([1], "echo", { concurrency: 0 })).toThrow(/concurrency must be/);
  expect(() => pool.map([1], "echo", { orderd: true } as never)).toThrow(/did you mean "ordered"/);
});

test("an empty source ends at once, and starts no process", async () => {
  const pool = await usePool({ min: 0, max: 1 });
  expect(await collect(pool.map([], "echo"))).toEqual([]);
  expect((await pool.status()).processes).toEqual([]);
});

test.each([0, 2])("several of them wait for room, none takes it from another: maxQueue %i", async (maxQueue) => {
  const pool = await usePool({ min: 2, max: 2, maxQueue });
  const items = Array.from({ length: 20 }, (_, n) => n);
  const late = (async function* () {
    for (const item of items) yield await pool.api.echo(item).catch(() => item);
  })();
  const maps = [items, items, late, items].map((source) => collect(pool.map(source, "echo", { concurrency: 4 })));
  for (const results of await Promise.all(maps)) expect(results).toEqual(items);
});
