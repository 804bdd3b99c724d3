import { describe, expect, test } from "vitest";
import { areJsonSafe, isJsonSafe, REFERENCE_MARK } from "../../src/codec/index.js";

const shared = { a: 1 };
const cycle: unknown[] = [];
cycle.push([cycle]);
const manyObjects = Array.from({ length: 100 }, () => ({ list: [{}] }));

const safe: Array<[string, unknown]> = [
  ["null", null],
  ["a number", 1.5],
  ["the largest number", Number.MAX_VALUE],
  ["text", "text"],
  ["a lone surrogate", ["\ud800", "\udfff"]],
  ["an array", [1, 2]],
  ["nested objects", { a: [{ b: null, c: [true, "x"] }], "": {}, 3: 4 }],
  ["equal objects that are not the same", [{ a: 1 }, { a: 1 }]],
  ["many objects", manyObjects],
  ["key names of Object.prototype", { constructor: 1, hasOwnProperty: 2, length: 3 }],
];

const unsafe: Array<[string, unknown]> = [
  ["undefined", undefined],
  ["undefined in an object", { a: undefined }],
  ["undefined in an array", [undefined]],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
  ["a hole", [1, , 2]],
  ["-0", [-0]],
  ["NaN", Number.NaN],
  ["Infinity", { a: Number.POSITIVE_INFINITY }],
  ["a BigInt", 1n],
  ["a symbol", Symbol("s")],
  ["a function", { f() {} }],
  ["a Date", new Date()],
  ["bytes", new Uint8Array(1)],
  ["a Map", new Map()],
  ["an own toJSON", { toJSON: () => 1 }],
  [
    "an inherited toJSON",
    new (class {
      toJSON() {}
    })(),
  ],
  ["an own __proto__ key", JSON.parse('{"__proto__":1}')],
  ["an object without a prototype", Object.create(null)],
  ["a class instance", new (class {})()],
  ["a subclass of Array", new (class extends Array {})()],
  ["an impostor of an array", Object.create(Array.prototype)],
  ["a named property of an array", Object.assign([1, 2], { meta: 1 })],
  ["a RegExp match", "abc".match(/b/)],
  ["a cycle", cycle],
  ["a shared reference", { one: shared, other: [shared] }],
  ["a shared reference among many", [...manyObjects, manyObjects[7]]],
  ["an async iterable", { async *[Symbol.asyncIterator]() {} }],
  ["an object marked to go by reference", { [REFERENCE_MARK]: true }],
  [
    "a getter that throws",
    {
      get bad() {
        throw new Error("no");
      },
    },
  ],
  [
    "a proxy that throws",
    new Proxy([], {
      getPrototypeOf() {
        throw new Error("no");
      },
    }),
  ],
  ["what is nested very deeply", Array.from({ length: 100_000 }).reduce((inner) => [inner], 1)],
];

describe("isJsonSafe", () => {
  test.each(safe)("%s is", (_title, value) => {
    expect(isJsonSafe(value)).toBe(true);
    expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
  });

  test.each(unsafe)("%s is not", (_title, value) => {
    expect(isJsonSafe(value)).toBe(false);
    expect(areJsonSafe([1, value])).toBe(false);
  });

  test("nothing is, while a built-in prototype has a toJSON", () => {
    Object.defineProperty(Array.prototype, "toJSON", { value: () => 1, configurable: true });
    try {
      expect(isJsonSafe([1])).toBe(false);
    } finally {
      Reflect.deleteProperty(Array.prototype, "toJSON");
    }
  });
});

test("areJsonSafe sees a reference that two arguments share", () => {
  expect(areJsonSafe([1, { shared }, "x", [2]])).toBe(true);
  expect(areJsonSafe([{ shared }, shared])).toBe(false);
  expect(areJsonSafe([])).toBe(true);
});
