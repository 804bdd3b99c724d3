import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolate } from "../helpers/use-isolate.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";
import { noPython, PYTHON, pythonFixture, stats } from "./use-python.js";

interface Stats {
  mean(numbers: number[]): number;
  count(n: number): AsyncIterable<number>;
}

describe.skipIf(noPython)("a Python module", () => {
  const isolator = useSharedIsolator(PYTHON);

  test("is used as if it were a local one", async () => {
    await using isolated = await useIsolate<Stats>(stats, PYTHON);
    expect(await isolated.api.mean([1, 2, 6])).toBe(3);
  });

  test("has functions, coroutines and static methods that can be called", async () => {
    expect(await isolator().invoke(stats, "mean", [[1, 2, 6]])).toBe(3);
    expect(await isolator().invoke(stats, "mean_later", [[1, 2, 6]])).toBe(3);
    expect(await isolator().invoke(stats, "Meter.unit", [])).toBe("m");
  });

  test.each([
    ["an array with holes", Object.assign([], { 2: 1 })],
    ["an object around a primitive", Object(1)],
  ])("is not sent what Python does not have: %s", async (_, value) => {
    expect((await isolationError(isolator().invoke(stats, "echo", [value]))).code).toBe("NOT_SERIALIZABLE");
  });

  test("imports what lies beside it", async () => {
    expect(await isolator().invoke(stats, "neighbours_name", [])).toBe("next door");
  });

  test.each([
    ["a file URL", pathToFileURL(stats).href, "mean"],
    ["a dotted name of Python's own", "os.path", "basename"],
  ])("is found by %s", async (_, module, method) => {
    const args = method === "mean" ? [[4]] : ["/a/b"];
    expect(await isolator().invoke(module, method, args)).toBe(method === "mean" ? 4 : "b");
  });

  test("is resolved from the isolator's own folder", async () => {
    const here = await useIsolator({ ...PYTHON, from: pathToFileURL(pythonFixture("")).href });
    expect(await here.invoke("./stats.py", "mean", [[4]])).toBe(4);
    expect(await here.invoke("stats", "mean", [[4]])).toBe(4);
  });

  test.each([
    ["what it does not export", stats, "nothing", "METHOD_NOT_FOUND"],
    ["what it has only imported", stats, "asyncio.sleep", "METHOD_NOT_FOUND"],
    ["a module that is not there", "./none.py", "mean", "MODULE_NOT_FOUND"],
  ])("refuses %s", async (_, module, method, code) => {
    expect((await isolationError(isolator().invoke(module, method, []))).code).toBe(code);
  });

  test.each([
    ["text", "\u{1f600} $x"],
    ["numbers", [0, -1, 1.5, 2 ** 52, Number.POSITIVE_INFINITY, Number.NaN, -0]],
    ["a BigInt", 2n ** 80n],
    ["null", null],
    ["a Date", new Date(1_234)],
    ["a Map", new Map<unknown, unknown>([[1, { a: [true] }]])],
    ["a Set", new Set(["x"])],
    ["a RegExp", /a(?<year>\d+)/i],
    ["bytes", new Uint8Array([1, 2, 3])],
    ["floats", new Float64Array([1.5, 2.5])],
    ["long text", "ä".repeat(500_000)],
  ])("gives back %s as it came", async (_, value) => {
    expect(await isolator().invoke(stats, "echo", [value])).toEqual(value);
  });

  test("gives back megabytes as they came", async () => {
    const bytes = Buffer.alloc(3_000_000, "0123456789");
    const copy = (await isolator().invoke(stats, "echo", [bytes])) as Uint8Array;
    expect(bytes.equals(copy)).toBe(true);
  });

  test("takes undefined as None, which is null", async () => {
    expect(await isolator().invoke(stats, "echo", [undefined])).toBeNull();
    expect(await isolator().invoke(stats, "echo", [{ a: undefined }])).toEqual({ a: null });
  });

  test("answers a thousand calls at once, each with its own", async () => {
    const calls = Array.from({ length: 1_000 }, (_, index) => isolator().invoke(stats, "mean", [[index]]));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
  });

  test("raises exceptions that arrive with their traceback", async () => {
    const error = await rejection(isolator().invoke(stats, "fail", ["no good"]));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "ValueError", message: "no good" });
    const { stack } = error as Error;
    expect(stack).toContain("Traceback (most recent call last):");
    expect(stack).toMatch(/File ".*stats\.py", line \d+, in fail\n {4}raise ValueError\(message\)/);
    expect(stack).not.toContain("process_isolation_pihost");
  });

  test("raises causes with the codes of the system", async () => {
    const error = await rejection(isolator().invoke(stats, "fail_with_cause", []));
    expect(error).toMatchObject({ name: "RuntimeError", cause: { name: "FileNotFoundError", code: "ENOENT" } });
  });

  test("tells its state while a function blocks", async () => {
    const blocked = isolator().invoke(stats, "sleep", [0.5]);
    const status = await isolator().status();
    expect(status.callsInFlight).toBe(1);
    expect(status).toMatchObject({ state: "ready", runtimeVersion: expect.stringMatching(/^python 3\./) });
    expect(await blocked).toBe(0.5);
  });

  test("keeps data of the isolate", async () => {
    await isolator().setData("city", { name: "Bern" });
    expect(await isolator().getData("city")).toEqual({ name: "Bern" });
  });

  test("lists its exports", async () => {
    const exports = await isolator().exports(stats);
    expect(exports).toContainEqual({ name: "count_later", kind: "function", async: true, generator: true });
    expect(exports.map(({ name }) => name)).not.toContain("asyncio");
  });

  test("hears that nobody waits for it any more", async () => {
    const error = await isolationError(isolator().invoke(stats, "wait_for_ever", [], { timeoutMs: 100 }));
    expect(error.code).toBe("DEADLINE_EXCEEDED");
    await expect.poll(async () => (await isolator().status()).callsInFlight).toBe(0);
  });
});
