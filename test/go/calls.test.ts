import { randomBytes } from "node:crypto";
import type { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { hasNoGo, useGoProgram } from "./go-program.js";

const MODULE = "./program";

describe.skipIf(hasNoGo)("a Go program that is isolated", () => {
  const program = useGoProgram();
  const start = (): Promise<ProcessIsolator> => useIsolator({ lane: "descriptor", ...program() });

  test.each([
    ["add", [1, 2], 3],
    ["add", [-5, 5], 0],
    ["half", [1, 4], 0.25],
    ["nothing", [], undefined],
    ["sum", [1, 2, 3.5], 6.5],
    ["sum", [], 0],
    ["move", [{ x: 1, y: 2 }, 3], { x: 4, y: 5 }],
    ["move", [{ x: 1, y: 2, label: "文" }, 0], { x: 1, y: 2, label: "文" }],
    ["wide", [], 2n ** 62n],
    ["later", [1234], new Date(1234)],
  ])("answers %s of %j", async (method, args, expected) => {
    const isolator = await start();
    expect(await isolator.invoke(MODULE, method, args)).toEqual(expected);
  });

  test.each([
    ["JSON", { a: [1, "x", true, null], "": {} }],
    ["undefined inside", { a: undefined }],
    ["numbers that JSON has not", [Number.NaN, -0, Number.POSITIVE_INFINITY]],
    ["a BigInt", -(2n ** 80n)],
    ["a Date", new Date(86_400_000)],
    ["Map and Set", new Map([[1, new Set(["a"])]])],
    ["bytes", new Uint8Array([1, 2, 255])],
    ["another view", new Float64Array([0.5, -1])],
    ["text that looks like a marker", ["$u", "$$", 1n]],
    ["two megabytes of text", "é".repeat(1_000_000)],
  ])("gives back %s as it came", async (_, value) => {
    const isolator = await start();
    expect(await isolator.invoke(MODULE, "echo", [value])).toEqual(value);
  });

  test("takes and gives bytes of any size", async () => {
    const isolator = await start();
    const bytes = randomBytes(5_000_000);
    expect(await isolator.invoke(MODULE, "length", [bytes])).toBe(bytes.length);
    const back = await isolator.invoke<Uint8Array>(MODULE, "echo", [bytes]);
    expect(Buffer.compare(back, bytes)).toBe(0);
    const filled = await isolator.invoke<Uint8Array>(MODULE, "bytes", [300_000, 7]);
    expect(Buffer.compare(filled, Buffer.alloc(300_000, 7))).toBe(0);
  });

  test("an error keeps the name of its type, its code, its fields, and what it wraps", async () => {
    const isolator = await start();
    const own = await rejection(isolator.invoke(MODULE, "fail"));
    expect(own).toMatchObject({ name: "boundError", message: "more than 3", code: "E_BOUND", bound: 3 });
    const wrapped = await rejection(isolator.invoke(MODULE, "wrapped"));
    expect(wrapped).toMatchObject({ message: "outer: inner", cause: { message: "inner" } });
    const joined = await rejection(isolator.invoke(MODULE, "joined"));
    expect(joined).toBeInstanceOf(AggregateError);
    expect((joined as AggregateError).errors.map(({ message }) => message)).toEqual(["one", "two"]);
  });

  test("a panic is an error with its stack, and the process goes on", async () => {
    const isolator = await start();
    const failed = (await rejection(isolator.invoke(MODULE, "panic"))) as Error;
    expect(failed.message).toContain("index out of range");
    expect(failed.stack).toMatch(/at main\.main\.func\d+ \(.*main\.go:\d+\)/);
    expect(failed.stack).not.toContain("pihost/go/session");
    expect(await rejection(isolator.invoke(MODULE, "panicWith", ["oh"]))).toMatchObject({ message: "oh" });
    expect(isolator.generation).toBe(1);
  });

  test("arguments that do not fit are refused as a TypeError that says which", async () => {
    const isolator = await start();
    const refused = async (...args: unknown[]): Promise<unknown> => rejection(isolator.invoke(MODULE, "add", args));
    expect(await refused(1)).toMatchObject({
      name: "TypeError",
      message: expect.stringContaining("takes 2 arguments"),
    });
    expect(await refused(1, "x")).toMatchObject({ message: 'argument 2: cannot use the string "x" as int' });
    expect(await refused(1.5, 1)).toMatchObject({ message: "argument 1: cannot use 1.5 as int" });
  });

  test("a function that is not there is METHOD_NOT_FOUND, and those that are there are listed", async () => {
    const isolator = await start();
    const missing = await isolationError(isolator.invoke(MODULE, "noSuchThing"));
    expect(missing.code).toBe("METHOD_NOT_FOUND");
    const exported = await isolator.exports(MODULE);
    expect(exported.map(({ name }) => name)).toContain("add");
    expect(missing.message).toContain("add");
  });

  test("functions of the caller are called back, and what they throw arrives", async () => {
    const isolator = await start();
    expect(await isolator.invoke(MODULE, "report", [3, (time: number) => `n${time}`])).toEqual(["n1", "n2", "n3"]);
    const failed = await rejection(
      isolator.invoke(MODULE, "report", [
        1,
        () => {
          throw new RangeError("not today");
        },
      ]),
    );
    expect(failed).toMatchObject({ cause: { name: "RangeError", message: "not today" } });
    expect(await isolator.invoke(MODULE, "dynamic", [(...args: unknown[]) => args])).toEqual([1, "two"]);
  });

  test("options for Node.js are refused by name", async () => {
    const failed = await isolationError(useIsolator({ ...program(), limits: { heap: "100MB" } }));
    expect(failed).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("limits.heap") });
  });
});
