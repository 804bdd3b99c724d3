import { randomBytes } from "node:crypto";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import {
  appendLocalStack,
  decodeValue,
  type EncodeContext,
  encodeValue,
  REFERENCE_MARK,
  registerErrorClass,
} from "../../src/codec/index.js";
import type { ValueKind } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";

function cross<Value>(value: Value): Value {
  return decodeValue(encodeValue(value)) as Value;
}

const undo: Array<() => void> = [];
afterEach(() => {
  for (const unregister of undo.splice(0)) unregister();
});

describe("bytes", () => {
  test("a Buffer stays a Buffer and takes nothing of its pool along", () => {
    const secret = Buffer.from("a secret in the same pool");
    const buffer = Buffer.from("hello");
    expect(buffer.buffer).toBe(secret.buffer);
    const encoded = encodeValue([buffer, new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)]);
    expect(Buffer.from(encoded).includes("secret")).toBe(false);
    expect(encoded.length).toBeLessThan(100);
    const [arrived, view] = decodeValue(encoded) as [Buffer, Uint8Array];
    expect(Buffer.isBuffer(arrived)).toBe(true);
    expect(arrived.toString()).toBe("hello");
    expect(view.buffer).toBe(arrived.buffer);
  });

  test("what arrived shares no memory with the message, nor with another value of it", () => {
    const encoded = encodeValue([Buffer.from("one"), Buffer.from("two")]);
    const [one, two] = decodeValue(encoded) as [Buffer, Buffer];
    expect(one.buffer).not.toBe(two.buffer);
    expect(one.buffer.byteLength).toBe(3);
    encoded.fill(0);
    expect([String(one), String(two)]).toEqual(["one", "two"]);
  });

  test("views of one ArrayBuffer share one, at the same distance", () => {
    const buffer = new ArrayBuffer(64);
    const left = new Uint8Array(buffer, 3, 2);
    const right = new Float64Array(buffer, 16, 2);
    const [one, other] = cross([left, right]);
    expect(one.buffer).toBe(other.buffer);
    expect(other.byteOffset - one.byteOffset).toBe(13);
    one.buffer.byteLength;
    expect(cross({ buffer, right }).right.buffer.byteLength).toBe(64);
    const whole = cross({ buffer, right });
    expect(whole.right.buffer).toBe(whole.buffer);
  });

  test("Buffers that overlap in a pool still share their bytes", () => {
    const buffer = Buffer.from("0123456789");
    const [whole, tail] = cross([buffer, buffer.subarray(5)]);
    whole[5] = 0x41;
    expect(tail.toString()).toBe("A6789");
  });

  test("of a large ArrayBuffer, a small view takes only its own bytes", () => {
    expect(encodeValue(new Uint8Array(new ArrayBuffer(1 << 20), 1000, 4)).length).toBeLessThan(100);
  });

  test("typed arrays of subclasses and other realms arrive as what they are", () => {
    expect(cross(runInNewContext("new Int16Array([1, -2])"))).toStrictEqual(new Int16Array([1, -2]));
    class Samples extends Float32Array {}
    expect(cross(new Samples([0.5]))).toStrictEqual(new Float32Array([0.5]));
  });
});

describe("bytes out of band", () => {
  const store: Uint8Array[] = [];
  const encode: EncodeContext = {
    outOfBandThreshold: 1000,
    exportBytes: (bytes) => ({ at: store.push(Uint8Array.from(bytes)) - 1 }),
  };
  const importBytes = (descriptor: unknown) => store[(descriptor as { at: number }).at] as Uint8Array;

  test("go out from the threshold on, and come back as what they were", () => {
    const big = randomBytes(4096);
    const floats = new Float64Array(500).map((_, index) => index / 3);
    const value = {
      big,
      nested: [{ floats }, floats.buffer],
      again: big,
      small: Buffer.alloc(999, 1),
      odd: big.subarray(1, 1500),
    };
    const encoded = encodeValue(value, encode);
    expect(store.length).toBe(2);
    expect(encoded.length).toBeLessThan(1500);
    const arrived = decodeValue(encoded, { importBytes }) as typeof value;
    expect(arrived).toStrictEqual(value);
    expect(Buffer.isBuffer(arrived.big)).toBe(true);
    expect(arrived.again).toBe(arrived.big);
    expect(arrived.odd.buffer).toBe(arrived.big.buffer);
    expect((arrived.nested[0] as { floats: Float64Array }).floats.buffer).toBe(arrived.nested[1]);
  });

  test("are not asked for when something else in the value cannot cross", () => {
    const before = store.length;
    expect(() => encodeValue([Buffer.alloc(5000), Symbol("no")], encode)).toThrow("value[1] is a symbol (no)");
    expect(store.length).toBe(before);
  });

  test("stay inline where the hook says undefined", () => {
    const encoded = encodeValue(Buffer.alloc(5000, 7), { outOfBandThreshold: 1, exportBytes: () => undefined });
    expect(decodeValue(encoded)).toStrictEqual(Buffer.alloc(5000, 7));
  });

  test("that come with another length are a breach", () => {
    const encoded = encodeValue(Buffer.alloc(5000), encode);
    expect(() => decodeValue(encoded, { importBytes: () => new Uint8Array(4999) })).toThrow(
      "5000 bytes came with 4999",
    );
    expect(() => decodeValue(encoded)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});

describe("references", () => {
  const exported: object[] = [];
  const exportReference = (value: object) => {
    const crosses =
      typeof value === "function" ||
      value instanceof AbortSignal ||
      REFERENCE_MARK in value ||
      Symbol.asyncIterator in value;
    return crosses ? { id: exported.push(value) - 1, __proto__: null } : undefined;
  };
  const importReference = (descriptor: unknown) => ({ standsFor: exported[(descriptor as { id: number }).id] });

  test("are asked for once per object, anywhere, and arrive as one stand-in", () => {
    const callback = () => 1;
    const marked = { [REFERENCE_MARK]: true };
    const { signal } = new AbortController();
    async function* rows() {
      yield 1;
    }
    const value = { on: callback, again: [callback], deep: new Map([["s", new Set([signal])]]), marked, rows: rows() };
    const arrived = decodeValue(encodeValue(value, { exportReference }), { importReference }) as Record<
      string,
      unknown
    >;
    expect(arrived.on).toStrictEqual({ standsFor: callback });
    expect(arrived.on).toBe((arrived.again as unknown[])[0]);
    expect([...((arrived.deep as Map<string, Set<unknown>>).get("s") ?? [])]).toStrictEqual([{ standsFor: signal }]);
    expect(arrived.marked).toStrictEqual({ standsFor: marked });
    expect(arrived.rows).toStrictEqual({ standsFor: value.rows });
    expect(exported.length).toBe(4);
  });

  test("are not made of what hangs on an error: nobody would release them", () => {
    const before = exported.length;
    const error = Object.assign(new Error("x"), { retry: () => 1, status: 5 });
    expect({ ...(decodeValue(encodeValue(error, { exportReference })) as Error) }).toStrictEqual({ status: 5 });
    expect(exported.length).toBe(before);
  });

  test("cannot be forged by values", () => {
    const value = [["$x", { id: 0 }], { $x: 1 }, "$x", "$@0", ["$u"], ["$e", {}, {}]];
    expect(decodeValue(encodeValue(value))).toStrictEqual(value);
  });

  test("are a breach where nobody takes them", () => {
    const encoded = encodeValue(() => 1, { exportReference });
    expect(() => decodeValue(encoded)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});

describe("errors inside values", () => {
  test("arrive with class, cause, members, rich fields and a cycle", () => {
    const error = new RangeError("bad", { cause: new AggregateError([new TypeError("inner"), 3n], "many") });
    Object.assign(error, { code: "E_BAD", when: new Date(5), tags: new Set(["a"]), self: error, name: "Named" });
    const { error: arrived } = cross({ error: error as RangeError & Record<string, unknown> });
    expect(arrived).toBeInstanceOf(RangeError);
    expect(arrived).toMatchObject({
      message: "bad",
      code: "E_BAD",
      when: new Date(5),
      tags: new Set(["a"]),
      name: "Named",
    });
    expect(arrived.self).toBe(arrived);
    expect(arrived.stack).toBe(error.stack);
    const cause = arrived.cause as AggregateError;
    expect(cause).toBeInstanceOf(AggregateError);
    expect(cause.errors).toStrictEqual([new TypeError("inner"), 3n]);
  });

  test("lose what cannot cross, and the rest keeps its references", () => {
    const shared = { a: 1 };
    const error = Object.assign(new Error("x", { cause: () => 1 }), {
      bad: [shared, Buffer.from("b"), Symbol("s")],
      good: shared,
    });
    const value = { error, shared, bytes: Buffer.from("kept") };
    const arrived = cross(value);
    expect(Object.keys(arrived.error)).toEqual(["good"]);
    expect(arrived.error.good).toBe(arrived.shared);
    expect(String(arrived.bytes)).toBe("kept");
    expect(cross(new AggregateError([1, () => 1, 2])).errors).toStrictEqual([1, undefined, 2]);
  });

  test("of the framework, the DOM, a registered class and an unregistered one arrive as such", () => {
    class ParseError extends SyntaxError {
      line = new Map([["from", 3n]]);
    }
    const unregistered = cross(new ParseError("p"));
    expect(unregistered).toBeInstanceOf(SyntaxError);
    expect(unregistered.name).toBe("ParseError");
    undo.push(registerErrorClass(ParseError));
    const registered = cross(new ParseError("p"));
    expect(registered).toBeInstanceOf(ParseError);
    expect(registered.line).toStrictEqual(new Map([["from", 3n]]));
    const isolation = cross(new IsolationError("CRASHED", "gone", { facts: { pid: 3 } }));
    expect(isolation).toBeInstanceOf(IsolationError);
    expect(isolation).toMatchObject({ code: "CRASHED", message: "CRASHED: gone", facts: { pid: 3 } });
    expect(cross(AbortSignal.abort().reason)).toBeInstanceOf(DOMException);
  });

  test("take the frames of the local call at their end", () => {
    const arrived = cross(new Error("x"));
    const remote = arrived.stack;
    const local = new Error("call");
    appendLocalStack(arrived, local);
    expect(arrived.stack?.startsWith(`${remote}\n    at <isolated process boundary>\n    at `)).toBe(true);
    expect(Object.keys(arrived)).toEqual([]);
  });
});

describe("what cannot cross is named with its path", () => {
  const cycle: unknown[] = [];
  cycle.push({ "odd key": cycle, deeper: new Map([["ann", { tags: [1, new Set([Symbol("s")])] }]]) });
  const trap = () => {
    throw new Error("trapped");
  };
  const refused: Array<[value: unknown, message: string]> = [
    [Symbol("x"), "args[0] is a symbol (x), which"],
    [{ on: trap }, "args[0].on is a function (trap)"],
    [cycle, 'args[0][0].deeper.get("ann").tags[1].values()[0] is a symbol (s)'],
    [new Map([[() => 1, 1]]), "args[0].keys()[0] is a function"],
    [[new WeakMap()], "args[0][0] is an instance of WeakMap"],
    [{ later: Promise.resolve(1) }, "args[0].later is an instance of Promise"],
    [new URL("http://host/"), "args[0] is an instance of URL"],
    [
      [(function* () {})()],
      "args[0][0] is a synchronous generator, which cannot cross the process boundary; items cross",
    ],
    [(function* () {})(), "one by one from an `async function*`, and all at once as an array (`[...items]`)"],
    [new Set([1]).values(), "args[0] is a synchronous iterator"],
    [(async function* () {})(), "args[0] is an async iterable"],
    [{ async *[Symbol.asyncIterator]() {} }, "args[0] is an async iterable"],
    [new Uint8Array(new SharedArrayBuffer(4)), "args[0] is an instance of SharedArrayBuffer"],
    [Object(Symbol("boxed")), "args[0] is a symbol (boxed)"],
    [
      {
        get bad() {
          return trap();
        },
      },
      "args[0].bad is an object that throws",
    ],
    [[1, new Proxy({}, { ownKeys: trap })], "args[0][1] is an object that throws"],
    [[transferred()], "args[0][0] is an instance of Uint8Array without its bytes"],
  ];

  test.each(refused)("%#", (value, message) => {
    expect(() => encodeValue(value, { path: "args[0]" })).toThrow(
      expect.objectContaining({ code: "NOT_SERIALIZABLE", message: expect.stringContaining(message) }),
    );
  });

  function transferred(): Uint8Array {
    const bytes = new Uint8Array(8);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  }

  test("depth, with a path that stays short", () => {
    const nested = (depth: number) => {
      let value: unknown = 1;
      for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { next: value } : [value];
      return value;
    };
    expect(JSON.stringify(cross(nested(1000)))).toBe(JSON.stringify(nested(1000)));
    let message = "";
    try {
      encodeValue(nested(1_000_000));
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^NOT_SERIALIZABLE: value\[0\]\.next.*…\(976 more\)….* is nested too deeply/);
    expect(message.length).toBeLessThan(400);
  });
});

test("a class instance crosses as its own enumerable fields", () => {
  class Point {
    readonly #hidden = 1;
    constructor(
      readonly x: number,
      readonly y: number,
    ) {}
    get sum(): number {
      return this.x + this.y + this.#hidden;
    }
  }
  expect(cross<object>(new Point(1, 2))).toStrictEqual({ x: 1, y: 2 });
});

test("named properties of arrays cross: a RegExp match is whole", () => {
  const match = cross("abc".match(/b(?<rest>c)/)) as RegExpMatchArray;
  expect([...match]).toEqual(["bc", "c"]);
  expect(match).toMatchObject({ index: 1, input: "abc", groups: { rest: "c" } });
});

test("a toJSON that someone put on the built-in prototypes changes nothing", () => {
  const value = { list: [1, new Map([[1, undefined]])], toJSON: 5 };
  Object.defineProperty(Object.prototype, "toJSON", { value: () => "polluted", configurable: true });
  try {
    expect(cross(value)).toStrictEqual(value);
  } finally {
    Reflect.deleteProperty(Object.prototype, "toJSON");
  }
});

test("for a runtime without shared references, what is shared is there again, but not without end", () => {
  const takes = new Set<ValueKind>();
  const often = Array.from({ length: 60 }).reduce<unknown[]>((inner) => [inner, inner], []);
  expect(() => encodeValue(often, { takes })).toThrow(/is shared too often \("cycles"\)/);
  const twice = ["x"];
  expect(decodeValue(encodeValue([twice, twice], { takes }))).toEqual([twice, twice]);
});
