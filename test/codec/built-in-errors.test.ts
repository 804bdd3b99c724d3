import assert from "node:assert";
import { cpSync, readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { decodeValue, encodeValue, fromRemoteError, registerErrorClass, toRemoteError } from "../../src/codec/index.js";
import { RemoteErrorCodec } from "../../src/contract/index.js";

/** The types of Node 20 say nothing of it. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: Record<"CompileError" | "LinkError" | "RuntimeError", new (message: string) => Error> & {
    Module: new (bytes: Uint8Array) => object;
  };
};

function cross(error: unknown): Error & Record<string, unknown> {
  return decodeValue(encodeValue(error)) as Error & Record<string, unknown>;
}

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** Which properties it has of its own, and which of them are enumerable. */
function shapeOf(error: object): Record<string, boolean | undefined> {
  const names = Object.getOwnPropertyNames(error).filter((name) => name !== "stack");
  return Object.fromEntries(
    names.toSorted().map((name) => [name, Object.getOwnPropertyDescriptor(error, name)?.enumerable]),
  );
}

function withOwn(error: Error, key: string, enumerable: boolean): Error {
  return Object.defineProperty(error, key, { value: "own", enumerable, configurable: true, writable: true });
}

/** As a process writes it that has the class, for one that may not have it. */
function suppressedText(): Uint8Array {
  const part = (name: string, message: string): unknown[] => [
    "$e",
    { class: name, base: name, framework: "", message, stack: "s" },
    {},
  ];
  const parts = { class: "SuppressedError", base: "SuppressedError", framework: "", message: "both", stack: "s" };
  const fields = { error: part("TypeError", "in dispose"), suppressed: part("RangeError", "in body") };
  const text = Buffer.from(JSON.stringify([["$e", { ...parts, turned: ["error", "suppressed"] }, fields]]));
  const head = Buffer.from([1, 0, 0, 0, 0]);
  head.writeUInt32LE(text.length, 1);
  return Buffer.concat([head, text]);
}

describe("an error arrives with its class and with the properties that it has, enumerable or not", () => {
  test.each<[string, Error]>([
    ["without a message", new Error()],
    ["with an empty message", new Error("")],
    ["with an enumerable message", Object.assign(new Error(), { message: "later" })],
    ["with an undefined cause", new Error("x", { cause: undefined })],
    ["with an enumerable cause", Object.assign(new Error("x"), { cause: 1 })],
    ["with an enumerable name", withOwn(new Error("x"), "name", true)],
    ["with a hidden name", withOwn(new Error("x"), "name", false)],
    ["with a hidden code", withOwn(new Error("x"), "code", false)],
    ["with a hidden field", withOwn(new Error("x"), "detail", false)],
    ["with a code that is an object", Object.assign(new Error("x"), { code: { a: 1 } })],
    ["an AggregateError without a message", new AggregateError([new Error("a")])],
    ["a DOMException", new DOMException("m", "DataCloneError")],
    ["the reason of an AbortSignal", AbortSignal.abort().reason],
    ["assert.AssertionError", thrownBy(() => assert.deepEqual({ a: 1 }, { a: 2 }))],
    ["an error of the system", thrownBy(() => readFileSync("/there/is/no/such/file"))],
    ["an error of Node.js", thrownBy(() => Buffer.alloc("x" as unknown as number))],
    ["of another realm", runInNewContext("new TypeError('x')") as Error],
    ["WebAssembly.CompileError", thrownBy(() => new WebAssembly.Module(new Uint8Array(3)))],
    ["WebAssembly.LinkError", new WebAssembly.LinkError("x")],
    ["WebAssembly.RuntimeError", new WebAssembly.RuntimeError("unreachable")],
  ])("%s", (_, error) => {
    const arrived = cross(error);
    expect(Object.prototype.toString.call(arrived)).toBe(Object.prototype.toString.call(error));
    expect(Object.getPrototypeOf(arrived).constructor.name).toBe(Object.getPrototypeOf(error).constructor.name);
    expect(shapeOf(arrived)).toEqual(shapeOf(error));
    expect(arrived).toMatchObject({ name: error.name, message: error.message });
  });

  test("the prototypes are this process's own", () => {
    expect(cross(new WebAssembly.RuntimeError("x"))).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(cross(thrownBy(() => assert.equal(1, 2)))).toBeInstanceOf(assert.AssertionError);
    class Trap extends WebAssembly.RuntimeError {}
    const arrived = cross(new Trap("x"));
    expect(arrived).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(arrived.name).toBe("Trap");
  });

  test("a SystemError of Node.js says what it says of the call that failed", () => {
    const error = thrownBy(() => cpSync("/proc/self", "/proc/self", { recursive: true }));
    expect({ ...cross(error) }).toEqual({ ...error });
  });

  test("an assertion library's AssertionError is not taken for Node's", () => {
    class AssertionError extends Error {}
    const arrived = cross(new AssertionError("x"));
    expect(arrived.name).toBe("AssertionError");
    expect(arrived).not.toBeInstanceOf(assert.AssertionError);
  });

  test("classes with the names of WebAssembly's may be registered", () => {
    class RuntimeError extends Error {}
    const takeBack = registerErrorClass(RuntimeError);
    expect(cross(new RuntimeError("x"))).toBeInstanceOf(RuntimeError);
    expect(cross(new WebAssembly.RuntimeError("x"))).toBeInstanceOf(WebAssembly.RuntimeError);
    takeBack();
  });

  test("what a hidden getter would do is not asked for", () => {
    let asked = 0;
    const error = Object.defineProperty(new Error("x"), "costly", { get: () => (asked += 1) });
    cross(error);
    expect(asked).toBe(0);
  });
});

describe("a SuppressedError", () => {
  const Class = (globalThis as { SuppressedError?: abstract new (...args: never[]) => Error }).SuppressedError;

  test("arrives with its two errors, hidden, where the class exists and where it does not", () => {
    const arrived = decodeValue(suppressedText()) as Error & { error: unknown; suppressed: unknown };
    expect(arrived.name).toBe("SuppressedError");
    expect(arrived).toBeInstanceOf(Class ?? Error);
    expect(arrived.error).toEqual(new TypeError("in dispose"));
    expect(arrived.suppressed).toEqual(new RangeError("in body"));
    expect(Object.keys(arrived)).toEqual([]);
  });

  test("keeps its two errors through the contract's RemoteError", () => {
    const original = decodeValue(suppressedText());
    const remote = toRemoteError(original);
    const arrived = fromRemoteError(RemoteErrorCodec.decode(RemoteErrorCodec.encode(remote).finish()));
    const expected =
      Class === undefined ? {} : { error: new TypeError("in dispose"), suppressed: new RangeError("in body") };
    expect(arrived).toMatchObject({ name: "SuppressedError", message: "both", ...expected });
  });
});
