import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { Held, usePool } from "../helpers/use-pool.js";

test("calls of one key go to one process, those of others to any", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  const held = new Held();
  const first = await held.begin(pool.load({ key: "a" }));
  const waits = pool.load({ key: "a" }).pid();
  const other = await pool.load({ key: "b" }).pid();
  expect(other).not.toBe(first);
  await held.end();
  expect(await waits).toBe(first);
  // Where b was called it is called again, though that is not the oldest.
  expect(await pool.load({ key: "b" }).pid()).toBe(other);
});

test("calls of one key begin in their order, whoever makes them", async () => {
  const file = join(useDirectory(), "lines");
  const pool = await usePool({ min: 2, max: 2 });
  const calls = Array.from({ length: 20 }, (_, n) =>
    pool.load({ key: "k", caller: `caller-${n % 3}` }).appendLine(file, String(n), n % 2),
  );
  const pids = new Set(await Promise.all(calls));
  expect(pids.size).toBe(1);
  expect(readFileSync(file, "utf8").trim().split("\n").map(Number)).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test("a key with many calls makes nobody wait but itself", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  const hot = pool.load({ key: "hot" });
  const held = new Held();
  const busy = await held.begin(hot);
  const waiting = Array.from({ length: 50 }, () => hot.pid());
  const others = await Promise.all(Array.from({ length: 10 }, () => pool.api.pid()));
  expect(others).not.toContain(busy);
  await held.end();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([busy]));
});

test("a key whose process died goes to another, with those of its calls that waited", async () => {
  const pool = await usePool({ min: 2, max: 2 });
  const keyed = pool.load({ key: "k" });
  const held = new Held();
  const pid = await held.begin(keyed);
  const waiting = [keyed.pid(), keyed.pid()];
  process.kill(pid, "SIGKILL");
  expect(await isolationError(held.calls[0] as Promise<number>)).toMatchObject({ code: "CRASHED", facts: { pid } });
  const pids = new Set(await Promise.all(waiting));
  expect(pids.size).toBe(1);
  expect(pids).not.toContain(pid);
});

test("the pool's own `key` says which process a call goes to, unless the call does", async () => {
  const keys: unknown[] = [];
  const pool = await usePool({
    min: 2,
    max: 2,
    key: ({ method, args }) => {
      keys.push([method, ...args]);
      return typeof args[0] === "number" ? `number ${args[0] % 2}` : undefined;
    },
  });
  const held = new Held();
  const busy = await held.begin(pool.load({ key: "number 1" }));
  const odd = pool.api.echo(3);
  const even = await pool.api.work(2);
  expect(even.pid).not.toBe(busy);
  expect(keys).toEqual([
    ["echo", 3],
    ["work", 2],
  ]);
  await held.end();
  await odd;
});

test("a `key` that throws, or returns what is no key, fails the call", async () => {
  const pool = await usePool({
    key: ({ args }) => {
      if (args[0] === 1) throw new TypeError("no key for 1");
      return args[0] as string;
    },
  });
  await expect(pool.api.echo(1)).rejects.toThrow("no key for 1");
  expect((await isolationError(pool.api.echo(2))).message).toContain("what key returns must be a string or undefined");
  expect(await pool.api.echo("three")).toBe("three");
});

test("calls of a key wait for the last one in a process that is replaced", async () => {
  const pool = await usePool({ max: 1, recycle: { afterCalls: 2 } });
  const keyed = pool.load({ key: "k" });
  await keyed.pid();
  const held = new Held();
  const old = await held.begin(keyed);
  const next = keyed.work();
  // Those without the key go to the successor.
  let other = old;
  while (other === old) other = (await pool.api.work(0)).pid;
  expect((await pool.status()).queued).toBe(1);
  await held.end();
  expect((await next).pid).not.toBe(old);
});
