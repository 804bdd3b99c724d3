import { PassThrough } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { incomingBytes } from "../../src/session/incoming-bytes.js";
import { PacedReader } from "../../src/session/paced-reader.js";
import { until } from "../helpers/until.js";

const KIB = 1024;

function message(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

function useReader(): { stream: PassThrough; reader: PacedReader; messages: string[]; broken: unknown[] } {
  const stream = new PassThrough({ highWaterMark: 64 * KIB });
  const messages: string[] = [];
  const broken: unknown[] = [];
  const reader = new PacedReader(
    incomingBytes(stream),
    (bytes) => messages.push(bytes.length < 100 ? String(bytes) : String(bytes.length)),
    (error) => broken.push(error),
  );
  reader.start();
  return { stream, reader, messages, broken };
}

test("whoever sends much gets the event loop for a stretch at a time", async () => {
  const { stream, messages } = useReader();
  const count = 100;
  stream.write(Buffer.concat(Array.from({ length: count }, () => message(Buffer.alloc(64 * KIB)))));
  const seen: number[] = [];
  while (messages.length < count) {
    await nextTurn();
    seen.push(messages.length);
  }
  expect(seen.length).toBeGreaterThanOrEqual(count / 8);
  expect(seen[0]).toBeLessThanOrEqual(8);
});

describe("a reader that was paused", () => {
  test("gives nothing, not even of what had come, until it goes on", async () => {
    const { stream, reader, messages } = useReader();
    stream.write(message("one"));
    await until(() => messages.length === 1);
    reader.pause();
    stream.write(Buffer.concat([message("two"), message("three"), message("four").subarray(0, 7)]));
    await nextTurn();
    await nextTurn();
    expect(messages).toEqual(["one"]);
    reader.resume();
    stream.write(message("four").subarray(7));
    await until(() => messages.length === 4);
    expect(messages).toEqual(["one", "two", "three", "four"]);
  });

  test("from within a message gives the rest later, in order", async () => {
    const stream = new PassThrough();
    const messages: string[] = [];
    const reader: PacedReader = new PacedReader(
      incomingBytes(stream),
      (bytes) => {
        messages.push(String(bytes));
        reader.pause();
      },
      () => {},
    );
    reader.start();
    stream.write(Buffer.concat(["one", "two", "three"].map((body) => message(body))));
    for (const count of [1, 2, 3]) {
      await until(() => messages.length === count);
      await nextTurn();
      expect(messages).toHaveLength(count);
      reader.resume();
    }
    expect(messages).toEqual(["one", "two", "three"]);
  });

  test("gives what had come when the stream is over", async () => {
    const stream = new PassThrough();
    const messages: string[] = [];
    const reader: PacedReader = new PacedReader(
      incomingBytes(stream),
      (bytes) => {
        messages.push(String(bytes));
        if (messages.length === 1) reader.pause();
      },
      () => {},
    );
    reader.start();
    stream.write(Buffer.concat(["one", "two", "three"].map((body) => message(body))));
    await until(() => messages.length === 1);
    reader.finish();
    expect(messages).toEqual(["one", "two", "three"]);
  });
});

test("what is no message breaks it once, and nothing comes after that", async () => {
  const { stream, messages, broken } = useReader();
  stream.write(Buffer.concat([message("one"), Buffer.from("GET / HTTP/1.1"), message("two")]));
  stream.write(message("three"));
  await until(() => broken.length > 0);
  await nextTurn();
  expect(broken).toMatchObject([{ code: "PROTOCOL" }]);
  expect(messages).toEqual(["one"]);
});
