import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isolate } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/intrinsics/${name}`, import.meta.url));

interface Module {
  replace(way: string): void;
  add(a: number, b: number): number;
  echo<Value>(value: Value): Value;
  callBack(fn: (n: number) => Promise<number>): Promise<number>;
  fail(): void;
  count(n: number): AsyncGenerator<number>;
}

const WAYS = [
  "the names of the globals",
  "the functions of the globals",
  "the methods of collections",
  "Error.prepareStackTrace",
  "toJSON of every array and object",
  "process.nextTick",
  "process itself",
  "fake timers",
];

/** What is there when the package is loaded must work; fake timers keep the originals. */
const WAYS_BEFORE = ["toJSON of every array and object", "fake timers"];

describe("an isolated process whose module replaces globals answers as ever", () => {
  test.each(WAYS)("%s", async (way) => {
    const { api, isolator } = await isolate<Module>(path("replacing.mjs"));
    onTestFinished(async () => void (await isolator.terminate()));
    await api.replace(way);
    expect(await api.add(1, 2)).toBe(3);
    expect(await api.echo({ a: [{ b: null }] })).toEqual({ a: [{ b: null }] });
    const map = new Map<string, unknown>([["bytes", new Uint8Array(3)]]);
    expect(await api.echo(map)).toEqual(map);
    expect(await api.callBack(async (n) => n + 1)).toBe(21);
    await expect(api.fail()).rejects.toThrow(new TypeError("as it should"));
    const items: number[] = [];
    for await (const item of api.count(2)) items.push(item);
    expect(items).toEqual([0, 1]);
    expect(isolator.generation).toBe(1);
  });
});

describe("a host that replaces globals calls as ever", () => {
  test.each([
    ...WAYS.map((way): [string, string] => [way, "after"]),
    ...WAYS_BEFORE.map((way): [string, string] => [way, "before"]),
  ])("%s, %s the package is loaded", async (way, when) => {
    const { stdout } = await promisify(execFile)(process.execPath, [path("host.mjs"), way, when]);
    expect(stdout).toBe("3 | null | true | 21 | as it should | 0 | 1 | ended");
  });
});
