import { pathToFileURL } from "node:url";
import { isolate, type ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useSharedIsolator } from "../helpers/use-isolator.js";

const isolator = useSharedIsolator({ from: fixture("values.mjs") });
const values = fixture("values.mjs");
const codes = fixture("exit-codes.mjs");

test.each([
  ["a string", "naïve 😀 \u0000 \u2028"],
  ["an empty string", ""],
  ["an integer", 42],
  ["a fraction", 0.1 + 0.2],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER],
  ["a tiny number", Number.MIN_VALUE],
  ["true", true],
  ["null", null],
  ["an array", [1, "two", [3, null], []]],
  ["an object", { a: { b: [{ c: 1 }] }, "odd key": "", 0: "zero" }],
])("%s crosses both ways unchanged", async (_, value) => {
  expect(await isolator().invoke(values, "echo", [value])).toEqual(value);
});

test("a mebibyte crosses both ways unchanged", async () => {
  const text = "0123456789abcdef".repeat(65_536);
  expect(await isolator().invoke(values, "echo", [text])).toBe(text);
});

test("asynchronous results are awaited", async () => {
  expect(await isolator().invoke(values, "addLater", [1, 2])).toBe(3);
});

test("a call without arguments passes none", async () => {
  expect(await isolator().invoke(values, "count")).toBe(0);
  expect(await isolator().invoke(values, "count", [null, null])).toBe(2);
});

test("static methods keep their this", async () => {
  expect(await isolator().invoke(values, "Calculator.addToBase", [5])).toBe(105);
});

test("the default export is called default", async () => {
  expect(await isolator().invoke(values, "default", ["you"])).toBe("hello you");
});

test("a hundred calls at once each get their own answer", async () => {
  const calls = Array.from({ length: 100 }, (_, index) => isolator().invoke(values, "addLater", [index, 1]));
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

describe("a module is found", () => {
  test.each<[string, string | URL]>([
    ["by an absolute path", values],
    ["by a URL", pathToFileURL(values)],
    ["by a file URL in a string", pathToFileURL(values).href],
    ["by a path relative to from", "./values.mjs"],
  ])("%s", async (_, module) => {
    expect(await isolator().invoke(module, "add", [1, 2])).toBe(3);
  });
});

describe("only what a module exports can be called", () => {
  test.each([
    "missing",
    "add.constructor",
    "add.call",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "Calculator.prototype",
    "Calculator.constructor",
    "Calculator.__proto__.call",
    "Calculator.base.toString",
    "Calculator",
    "add..call",
    "default.default",
  ])("%s is METHOD_NOT_FOUND", async (method) => {
    const error = await isolationError(isolator().invoke(values, method, []));
    expect(error.code).toBe("METHOD_NOT_FOUND");
    expect(error.message).toContain("values.mjs");
  });
});

describe("a value that cannot cross is NOT_SERIALIZABLE, with its path", () => {
  test("among the arguments", async () => {
    const error = await isolationError(isolator().invoke(values, "echo", [1, { rows: [{ id: Symbol("secret") }] }]));
    expect(error.code).toBe("NOT_SERIALIZABLE");
    expect(error.message).toContain("args[1].rows[0].id");
  });

  test("in the result", async () => {
    const error = await isolationError(isolator().invoke(values, "symbol"));
    expect(error.code).toBe("NOT_SERIALIZABLE");
    expect(error.message).toContain("result.rows[0].id");
  });

  test("and the next call is not disturbed", async () => {
    await rejection(isolator().invoke(values, "echo", [Symbol("x")]));
    expect(await isolator().invoke(values, "add", [1, 2])).toBe(3);
  });
});

describe("bad arguments are INVALID_OPTION, without a call", () => {
  type Invoke = (isolator: ProcessIsolator) => Promise<unknown>;
  test.each<[string, string, string, Invoke]>([
    ["an empty module", "module", "''", (it) => it.invoke("", "add")],
    ["a module that is no string", "module", "7", (it) => it.invoke(7 as never, "add")],
    ["a module with a NUL", "module", "\\x00", (it) => it.invoke("a\0b", "add")],
    [
      "a URL that is no file",
      "module",
      "https://example.org",
      (it) => it.invoke(new URL("https://example.org"), "add"),
    ],
    ["an empty method", "method", "''", (it) => it.invoke(values, "")],
    ["a method that is no string", "method", "undefined", (it) => it.invoke(values, undefined as never)],
    ["arguments that are no array", "args", "{ '0': 1 }", (it) => it.invoke(values, "add", { 0: 1 } as never)],
    ["an unknown call option", "timeout", "timeoutMs", (it) => it.invoke(values, "add", [], { timeout: 1 } as never)],
    ["a timeout of no milliseconds", "timeoutMs", "0", (it) => it.invoke(values, "add", [], { timeoutMs: 0 })],
    ["a signal that is none", "signal", "AbortSignal", (it) => it.invoke(values, "add", [], { signal: {} as never })],
    ["idempotent as a number", "idempotent", "1", (it) => it.invoke(values, "add", [], { idempotent: 1 as never })],
    ["text that is no array", "args", "'x'", (it) => it.invokeMethod(codes, "count", "x" as never)],
    ["a number among texts", "args[1]", "2", (it) => it.invokeMethod(codes, "count", ["1", 2 as never])],
  ])("%s", async (_, name, shown, invoke) => {
    const error = await isolationError(invoke(isolator()));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(name);
    expect(error.message).toContain(shown);
  });
});

describe("invokeMethod", () => {
  test("passes texts and resolves with the integer that was returned", async () => {
    expect(await isolator().invokeMethod(codes, "returnFirst", ["3"])).toBe(3);
    expect(await isolator().invokeMethod(codes, "returnFirst", ["-1"])).toBe(-1);
    expect(await isolator().invokeMethod(codes, "count")).toBe(0);
  });

  test.each(['"3"', "1.5", "null", "true", "[3]", "{}"])(
    "rejects with a TypeError when %s is returned",
    async (json) => {
      const error = await rejection(isolator().invokeMethod(codes, "returnJson", [json]));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain("returnJson");
      expect(String(error)).toContain(json);
    },
  );

  test("shows no more than the beginning of what is returned", async () => {
    const error = await rejection(isolator().invokeMethod(codes, "returnJson", [`"${"x".repeat(9_000)}"`]));
    expect(String(error).length).toBeLessThan(500);
  });
});

describe("the typed proxy", () => {
  const typed = fixture("typed.ts");

  test("calls the exports of its module by name", async () => {
    const module = isolator().load<typeof import("../fixtures/isolator/typed.js")>(typed);
    expect(await module.total([{ amount: 1 }, { amount: 2 }])).toBe(3);
    expect(await module.discounted(200)).toBe(180);
    expect(await module.Invoice.number(7)).toBe("INV-7");
  });

  test("can be awaited, printed and compared without a call", async () => {
    const module = isolator().load<typeof import("../fixtures/isolator/typed.js")>(typed);
    expect(await module).toBe(module);
    expect(JSON.stringify(module)).toBe("{}");
    expect(Object.keys(module)).toEqual([]);
    expect(module.total).toBe(module.total);
  });

  test("isolate makes the process and the proxy in one step, and disposes of both", async () => {
    const sample = await isolate<typeof import("../fixtures/isolator/typed.js")>("./typed.ts", { from: values });
    onTestFinished(() => sample[Symbol.asyncDispose]());
    expect(await sample.api.discounted(50, 50)).toBe(25);
    await sample[Symbol.asyncDispose]();
    expect(sample.isolator.state).toBe("stopped");
    expect(await isolationError(sample.api.discounted(50, 50))).toMatchObject({ code: "STOPPED" });
  });
});
