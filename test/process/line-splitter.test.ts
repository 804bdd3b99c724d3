import fc from "fast-check";
import { expect, test } from "vitest";
import type { OutputLine } from "../../src/process/index.js";
import { LineSplitter } from "../../src/process/line-splitter.js";

const LIMIT = 64 * 1024;

/** The lines of the chunks, with the end of the stream after the last one. */
function split(...chunks: readonly (string | Buffer)[]): OutputLine[] {
  const lines: OutputLine[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(Buffer.from(chunk as string));
  splitter.end();
  return lines;
}

const texts = (lines: readonly OutputLine[]): string[] => lines.map(({ line }) => line);

test("lines end with a line feed, and a carriage return before it is left out", () => {
  expect(texts(split("a\nb\r\n\r\nc\r\r\n", "\n"))).toEqual(["a", "b", "", "c\r", ""]);
});

test("a carriage return alone ends no line", () => {
  expect(texts(split("50 %\r100 %\n"))).toEqual(["50 %\r100 %"]);
});

test("a carriage return and its line feed may come in two chunks", () => {
  expect(texts(split("a\r", "\nb\n"))).toEqual(["a", "b"]);
});

test("what comes after the last line break is partial", () => {
  expect(split("a\nb")).toEqual([
    { line: "a", partial: false },
    { line: "b", partial: true },
  ]);
});

test("an output that ends with a line break has no last empty line", () => {
  expect(split("a\n")).toEqual([{ line: "a", partial: false }]);
  expect(split()).toEqual([]);
});

test("bytes that are no UTF-8 become replacement characters and lose nothing else", () => {
  expect(texts(split(Buffer.from([0x61, 0xff, 0x62, 0x0a])))).toEqual(["a\ufffdb"]);
  expect(texts(split(Buffer.from([0xe2, 0x82])))).toEqual(["\ufffd"]);
});

test("chunks do not change the lines, wherever they are cut", () => {
  const text = fc
    .array(fc.constantFrom("a", "é", "€", "😀", "\n", "\r\n"), { maxLength: 40 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 8 }), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      expect(split(...chunks)).toEqual(split(bytes));
    }),
  );
});

test.each([
  ["in one chunk with its line break", (line: string) => [`${line}\n`]],
  ["in chunks of a pipe's size", (line: string) => [...line.matchAll(/.{1,50000}/gu)].map(String).concat("\n")],
  ["without a line break", (line: string) => [line]],
])("a longer line comes in parts of at most 64 Ki characters, %s", (_, toChunks) => {
  const line = "0123456789".repeat(20_000);
  const lines = split(...toChunks(line));
  expect(texts(lines).join("") === line).toBe(true);
  expect(Math.max(...lines.map(({ line: part }) => part.length))).toBeLessThanOrEqual(LIMIT);
  expect(lines.slice(0, -1).every(({ partial }) => partial)).toBe(true);
});

test("a line of exactly 64 Ki characters is whole", () => {
  expect(split(`${"x".repeat(LIMIT)}\n`).map(({ line, partial }) => [line.length, partial])).toEqual([[LIMIT, false]]);
});

test("parts do not cut a character in two", () => {
  const lines = split(`x${"😀".repeat(LIMIT)}`, "\n");
  expect(texts(lines).filter((line) => /\p{Surrogate}/u.test(line)).length).toBe(0);
});

test("what nobody listens to is skipped, but for the line that a listener may yet hear the end of", () => {
  const lines: OutputLine[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.write(Buffer.from("one\nhalf"));
  splitter.skip(Buffer.from(" a line\ntwo\nthr"));
  splitter.skip(Buffer.from("ee \u20ac".slice(0, 3)));
  splitter.skip(Buffer.from("\u20ac").subarray(0, 2));
  splitter.write(Buffer.concat([Buffer.from("\u20ac").subarray(2), Buffer.from("\n")]));
  splitter.skip(Buffer.from("x".repeat(3 * LIMIT)));
  splitter.skip(Buffer.from("\nlast"));
  splitter.end();
  expect(texts(lines).filter((line) => !line.startsWith("xx"))).toEqual(["one", "three \u20ac", "last"]);
});
