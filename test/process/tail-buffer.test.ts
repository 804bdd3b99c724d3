import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

test("what was written is copied, so that a byte does not hold the memory that it was read into", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const tail = new TailBuffer(100);
  const written = Array.from({ length: 20 }, () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    tail.write(chunk.subarray(0, 1));
    return new WeakRef(chunk.buffer);
  });
  await sleep(0);
  collect();
  expect(written.filter((buffer) => buffer.deref() !== undefined)).toEqual([]);
  expect(tail.toString()).toBe("x".repeat(20));
});

test("chunks around the limit fall on every edge", () => {
  for (let size = 1; size <= 45; size += 1) {
    const tail = new TailBuffer(20);
    let all = "";
    for (let index = 0; index < 30; index += 1) {
      const chunk = String.fromCharCode(0x61 + (index % 26)).repeat((size * (index + 1)) % 47);
      all += chunk;
      tail.write(Buffer.from(chunk));
      if (index % 5 === 0) expect(tail.toString()).toBe(all.slice(-20));
    }
    expect(tail.toString()).toBe(all.slice(-20));
  }
});
