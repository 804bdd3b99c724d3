import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { costOfJson, MAX_TEXT_DEPTH } from "../../src/codec/json-cost.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const MIB = 1024 * 1024;

function arrayOf(element: (index: number) => string, length: number): string {
  return `[${Array.from({ length }, (_, index) => element(index)).join()}]`;
}

/** Bytes that the value of a text keeps. */
function keptBy(text: string): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const value: unknown = JSON.parse(text);
  collect();
  const kept = process.memoryUsage().heapUsed - before;
  return value === undefined ? 0 : kept;
}

describe("the estimate is no less than what stays of", () => {
  test.each<[string, (index: number) => string]>([
    ["empty arrays", () => "[]"],
    ["empty objects", () => "{}"],
    ["arrays in arrays", () => "[[1]]"],
    ["small numbers", () => "1"],
    ["fractions", () => "1.5"],
    ["exponents", () => "1e5"],
    ["large integers", (index) => `${10_000_000_000 + index}`],
    ["different strings", (index) => `"a string with the number ${index}"`],
    ["different short strings", (index) => `"s${index}"`],
    ["strings of wide characters", (index) => `"一二三四五六${index}"`],
    ["escaped strings", (index) => `"\\u4e00\\u4e01\\u4e02${index}"`],
    ["rows", (index) => `{"id":${index},"name":"name ${index}","share":${index}.5,"tags":["a","b"]}`],
    ["objects with a new name each", (index) => `{"name${index}":1}`],
    ["objects with an index for a name", () => '{"30":0}'],
    ["objects with far indices for names", () => '{"4294967294":0}'],
  ])("%s", (_, element) => {
    const text = arrayOf(element, 20_000);
    expect(costOfJson(text)).toBeGreaterThan(keptBy(text));
  });

  test("one object with many names", () => {
    const text = `{${Array.from({ length: 50_000 }, (_, index) => `"name ${index}":${index}`).join()}}`;
    expect(costOfJson(text)).toBeGreaterThan(keptBy(text));
  });
});

describe("the estimate of", () => {
  test("a million small rows is within what decoding a result may take", () => {
    const text = arrayOf((index) => `{"id":${index % 10},"name":"abcdefg","v":2.5}`, 100_000);
    expect(10 * (costOfJson(text) + text.length)).toBeLessThan(192 * MIB);
  });

  test("a long string is little more than its length", () => {
    const text = JSON.stringify("x".repeat(MIB));
    expect(costOfJson(text) - MIB).toBeLessThan(1_000);
    expect(costOfJson(JSON.stringify("一".repeat(MIB))) - 2 * MIB).toBeLessThan(1_000);
  });

  test("brackets, quotes and digits in strings is that of the strings", () => {
    const text = JSON.stringify(['[[[{{{,,,1.5,"\\"]', "\\", '"']);
    expect(costOfJson(text)).toBeLessThan(500);
  });

  test("an object's names counts each sequence of them once", () => {
    const name = `n${Math.random()}`;
    const first = costOfJson(`{"${name}":1,"other":2}`);
    expect(costOfJson(`{"${name}":1,"other":2}`)).toBeLessThan(first);
    expect(costOfJson(`{"other":1,"${name}":2}`)).toBeGreaterThan(costOfJson(`{"${name}":1,"other":2}`));
  });

  test("what is too much anyway is not looked at to its end", () => {
    const text = `[${"[],".repeat(MIB)}0]`;
    expect(costOfJson(text, 10_000)).toBeLessThan(20_000);
    expect(costOfJson(text, 10_000)).toBeGreaterThan(10_000);
  });
});

test("what is nested deeper than the bound is refused, and the next text is not", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  expect(() => costOfJson(nested(MAX_TEXT_DEPTH + 1))).toThrow(/deeper than 2500/);
  expect(() => costOfJson('{"a":'.repeat(MAX_TEXT_DEPTH + 1))).toThrow(/deeper than 2500/);
  expect(costOfJson(nested(MAX_TEXT_DEPTH))).toBeGreaterThan(MAX_TEXT_DEPTH);
});

test.each(["", "]]]]", "}{", '"', '"\\', "[1,", '{"a"', "nonsense", ",,,", "1e", '{"a":{"b":[}]}'])(
  "a text that is no JSON (%j) has some estimate",
  (text) => expect(costOfJson(text)).toBeGreaterThanOrEqual(0),
);
