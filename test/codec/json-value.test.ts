import { describe, expect, test } from "vitest";
import { fromJsonValue, toJsonValue } from "../../src/codec/index.js";

class Secret {
  readonly #value = 1;
  get value(): number {
    return this.#value;
  }
}

const cycle: Record<string, unknown> = { list: [] };
(cycle.list as unknown[]).push(cycle);

describe("toJsonValue", () => {
  test("lets every JSON value through unchanged", () => {
    const value = { a: [1, -0, "x", null, true, { "": [] }], "odd key": { b: 1e300 }, 7: "seven" };
    expect(toJsonValue(value, "args[0]")).toStrictEqual(value);
    for (const plain of [null, true, 0, "", "text"]) expect(toJsonValue(plain, "args[0]")).toBe(plain);
  });

  test("returns a tree that later changes to the original do not reach", () => {
    const original = { rows: [{ id: 1 }] };
    const sent = toJsonValue(original, "args[0]");
    original.rows.push({ id: 2 });
    expect(sent).toStrictEqual({ rows: [{ id: 1 }] });
  });

  test("treats undefined as JSON does", () => {
    expect(toJsonValue(undefined, "args[0]")).toBeNull();
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    expect(toJsonValue([undefined, , 1], "args[0]")).toStrictEqual([null, null, 1]);
    expect(toJsonValue({ gone: undefined, kept: 1 }, "args[0]")).toStrictEqual({ kept: 1 });
  });

  test("calls toJSON once, with the key, and takes what it gives", () => {
    const date = new Date(0);
    const keyed = { toJSON: (key: string) => ({ key, toJSON: () => "never called" }) };
    expect(toJsonValue({ date, bad: new Date(Number.NaN) }, "args[0]")).toStrictEqual({
      date: "1970-01-01T00:00:00.000Z",
      bad: null,
    });
    expect(() => toJsonValue({ keyed }, "args[0]")).toThrow("args[0].keyed.toJSON is a function (toJSON)");
    expect(toJsonValue([{ toJSON: (key: string) => [key] }], "args[0]")).toStrictEqual([["0"]]);
  });

  test("accepts plain objects without a prototype, shared references and other realms' objects", async () => {
    const shared = Object.assign(Object.create(null), { x: 1 });
    expect(toJsonValue([shared, shared], "args[0]")).toStrictEqual([{ x: 1 }, { x: 1 }]);
    const { runInNewContext } = await import("node:vm");
    expect(toJsonValue(runInNewContext("({ a: [1, { b: 2 }] })"), "args[0]")).toStrictEqual({ a: [1, { b: 2 }] });
  });

  const refused: Array<[title: string, value: unknown, message: string]> = [
    ["a symbol", { a: { b: Symbol("x") } }, "args[0].a.b is a symbol (x), which"],
    ["a function", [{ on: function listener() {} }], "args[0][0].on is a function (listener)"],
    ["a BigInt", { 'odd "key"': 1n }, 'args[0]["odd \\"key\\""] is a BigInt'],
    ["NaN", [Number.NaN], "args[0][0] is NaN"],
    ["an infinity", { max: Number.POSITIVE_INFINITY }, "args[0].max is Infinity"],
    ["a Map", { users: new Map() }, "args[0].users is an instance of Map"],
    ["a class instance", new Secret(), "args[0] is an instance of Secret"],
    ["bytes", { data: new Uint8Array(2) }, "args[0].data is an instance of Uint8Array"],
    ["a cycle", cycle, "args[0].list[0] is part of a cycle"],
    [
      "an own __proto__ key",
      JSON.parse('{"a":{"__proto__":{"x":1}}}'),
      'args[0].a["__proto__"] is an own __proto__ key',
    ],
    [
      "a getter that throws",
      {
        get bad() {
          throw new Error("no");
        },
      },
      "args[0].bad is a property that throws",
    ],
    [
      "a toJSON that throws",
      {
        a: {
          toJSON() {
            throw new Error("no");
          },
        },
      },
      "args[0].a is an object whose toJSON() throws",
    ],
    [
      "a proxy that throws",
      [
        new Proxy(
          {},
          {
            ownKeys() {
              throw new Error("no");
            },
          },
        ),
      ],
      "args[0][0] is an object that throws",
    ],
  ];

  test.each(refused)("refuses %s and says where it is", (_title, value, message) => {
    expect(() => toJsonValue(value, "args[0]")).toThrow(
      expect.objectContaining({ code: "NOT_SERIALIZABLE", message: expect.stringContaining(message) }),
    );
  });

  test("refuses what is shared so often that it would have no end", () => {
    const often = Array.from({ length: 30 }).reduce<unknown[]>((inner) => [inner, inner], []);
    const far = Array.from({ length: 20 }).reduce<object>((inner) => ({ inner, text: "x".repeat(100_000) }), {});
    expect(() => toJsonValue(often, "result")).toThrow(/result.* is shared too often/);
    expect(() => toJsonValue(Array(100).fill(far), "result")).toThrow(/result.* is shared too often/);
    expect(toJsonValue(Array(100).fill([1, "x"]), "result")).toEqual(Array(100).fill([1, "x"]));
  });

  test("refuses what is nested deeper than a protobuf decoder reads", () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = { value };
      return value;
    };
    expect(toJsonValue(nested(25), "args[0]")).toStrictEqual(nested(25));
    expect(() => toJsonValue(nested(26), "args[0]")).toThrow("nested too deeply");
    expect(() => toJsonValue(nested(100_000), "args[0]")).toThrow("nested too deeply");
  });
});

describe("fromJsonValue", () => {
  test("drops own __proto__ keys and pollutes nothing", () => {
    const value = fromJsonValue(JSON.parse('[{"__proto__":{"polluted":true},"a":{"__proto__":1,"b":2}}]'));
    expect(value).toStrictEqual([{ a: { b: 2 } }]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("reads a Value without a kind as null inside containers and as undefined alone", () => {
    expect(fromJsonValue({ a: undefined, b: [undefined] })).toStrictEqual({ a: null, b: [null] });
    expect(fromJsonValue(undefined)).toBeUndefined();
  });
});
