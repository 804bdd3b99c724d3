import { expect, test } from "vitest";
import { TailBuffer } from "../../src/process/tail-buffer.js";

test("everything is kept up to the limit, without the white space at its end", () => {
  const tail = new TailBuffer(100);
  tail.write(Buffer.from("one\n"));
  tail.write(Buffer.from("two\n\n"));
  expect(tail.toString()).toBe("one\ntwo");
});

test("the last bytes are kept beyond it, however they came", () => {
  for (const size of [1, 7, 50, 1_000]) {
    const tail = new TailBuffer(100);
    const text = Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join("");
    for (let start = 0; start < text.length; start += size) tail.write(Buffer.from(text.slice(start, start + size)));
    expect(tail.toString()).toBe(text.slice(-100).trimEnd());
  }
});

test("reading does not end it", () => {
  const tail = new TailBuffer(10);
  expect(tail.toString()).toBe("");
  tail.write(Buffer.from("a"));
  expect(tail.toString()).toBe("a");
  tail.write(Buffer.from("b"));
  expect(tail.toString()).toBe("ab");
});

test("a character that was cut at the start damages nothing behind it", () => {
  const tail = new TailBuffer(7);
  tail.write(Buffer.from("😀😀"));
  expect(tail.toString().endsWith("😀")).toBe(true);
});
