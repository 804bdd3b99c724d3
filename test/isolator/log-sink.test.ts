import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { ProcessIsolator } from "process-isolation";
import { expect, test, vi } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";

const output = fixture("output.mjs");

/** A stream that keeps what it gets, each write only after `ms`. */
function collector(ms = 0): { stream: Writable; text: () => string } {
  let text = "";
  const stream = new Writable({
    highWaterMark: 64,
    write(chunk: Buffer, _, done) {
      setTimeout(() => {
        text += chunk.toString();
        done();
      }, ms);
    },
  });
  return { stream, text: () => text };
}

test("a stream has every line before the event exited, the unfinished last one too", async () => {
  const { stream, text } = collector(20);
  const isolator = await useIsolator({ stdout: stream, stderr: stream });
  let atExit = "";
  isolator.events.on("exited", () => {
    atExit = text();
  });
  const exited = nextEvent(isolator, "exited");
  await rejection(isolator.invoke(output, "writeAndDie", ["one\ntwo\nhalf a li"]));
  await exited;
  expect(atExit).toBe("one\ntwo\nhalf a li\n");
  await isolator.invoke(output, "write", ["stderr", "next\n"]);
  await isolator.shutdown();
  expect(text()).toBe("one\ntwo\nhalf a li\nnext\n");
  expect(stream.writableEnded).toBe(false);
});

test("a reader that has stopped holds no end back", async () => {
  const stream = new PassThrough({ highWaterMark: 16 });
  const isolator = await useIsolator({ stdout: stream });
  await isolator.invoke(output, "write", ["stdout", "x".repeat(100).concat("\n").repeat(100)]);
  expect(await isolator.shutdown()).toMatchObject({ code: 0 });
  stream.destroy();
});

test("a stream that is ended meanwhile takes no more, and nothing else comes of it", async () => {
  const { stream } = collector();
  const isolator = await useIsolator({ stdout: stream });
  stream.end();
  await isolator.invoke(output, "write", ["stdout", "late\n".repeat(1_000)]);
  expect(await isolator.invoke(output, "write", ["stdout", "later\n"])).toBeUndefined();
});

test("lines of two isolates in one stream are not mixed", async () => {
  const { stream, text } = collector();
  const isolators = await Promise.all([useIsolator({ stdout: stream }), useIsolator({ stdout: stream })]);
  // Each line in two halves.
  const halves = Array.from({ length: 10 }, (_, n) => [`${n}`.repeat(10), `${n}`.repeat(10).concat("\n")]).flat();
  const chunks = halves.map((half) => [...Buffer.from(half)]);
  await Promise.all(isolators.map((isolator) => isolator.invoke(output, "writeChunks", [chunks])));
  await Promise.all(isolators.map((isolator) => isolator.shutdown()));
  const lines = text().trim().split("\n");
  expect(lines).toHaveLength(20);
  expect(lines.every((line) => /^(\d)\1{19}$/.test(line))).toBe(true);
});

test("a file is appended to, by all processes, for both streams", async () => {
  const file = join(useDirectory(), "log");
  writeFileSync(file, "before\n");
  const isolator = await useIsolator({ stdout: { file }, stderr: { file } });
  await rejection(isolator.invoke(output, "writeAndDie", ["first\n"]));
  await isolator.invoke(output, "write", ["stderr", "second\n"]);
  await isolator.shutdown();
  expect(readFileSync(file, "utf8")).toBe("before\nfirst\nsecond\n");
});

test("isolates that share a file fill it together, and none moves away what others have just written", async () => {
  const file = join(useDirectory(), "log");
  const stdout = { file, maxBytes: "4KiB" };
  const [first, second] = await Promise.all([useIsolator({ stdout }), useIsolator({ stdout })]);
  const write = (isolator: ProcessIsolator, letter: string): Promise<unknown> =>
    isolator.invoke(output, "write", ["stdout", letter.repeat(1_500).concat("\n")]);
  const lettersIn = (path: string): string =>
    existsSync(path) ? readFileSync(path, "utf8").replace(/(.)\1*\n/g, "$1") : "";
  const holds = (before: string, now: string): Promise<void> =>
    vi.waitFor(() => expect([lettersIn(`${file}.1`), lettersIn(file)]).toEqual([before, now]), 10_000);
  await write(first, "a");
  await holds("", "a");
  await write(second, "b");
  await holds("", "ab");
  await write(first, "c");
  await holds("ab", "c");
  await write(second, "d");
  await holds("ab", "cd");
  await write(second, "e");
  await holds("cd", "e");
});

test("a full file makes way for a new one", async () => {
  const file = join(useDirectory(), "log");
  const isolator = await useIsolator({ stdout: { file, maxBytes: "4KiB" } });
  for (let n = 0; n < 5; n += 1) {
    await isolator.invoke(output, "write", ["stdout", `${n}`.repeat(2_000).concat("\n")]);
    await isolator.status();
  }
  await isolator.shutdown();
  const all = readFileSync(`${file}.1`, "utf8") + readFileSync(file, "utf8");
  expect(all.endsWith(`${"4".repeat(2_000)}\n`)).toBe(true);
  for (const name of [file, `${file}.1`]) expect(readFileSync(name).length).toBeLessThanOrEqual(4_096);
});

test.each([
  [{ stdout: { file: "/no/such/folder/log" } }, "stdout.file must be a file that can be appended to"],
  [{ stderr: { file: "log", maxBytes: 1 } }, "stderr.maxBytes"],
  [{ stdout: { path: "log" } }, "a Writable stream or { file }"],
  [{ stdout: { file: "log", mode: "w" } }, "mode"],
  [{ stdout: "file" }, "stdout must be"],
  [{ stdout: { write: () => true } }, "a Writable stream or { file }"],
  [{ stdout: new PassThrough().end() }, "a stream that can still be written to"],
])("%o is refused", async (options, message) => {
  expect((await isolationError(ProcessIsolator.create(options as never))).message).toContain(message);
  expect(existsSync("log")).toBe(false);
});
