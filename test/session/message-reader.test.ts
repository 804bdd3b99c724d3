import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FRAME_BYTES } from "../../src/session/budget.js";
import { MessageReader, PREFIX_LENGTH } from "../../src/session/index.js";
import { prefixed } from "./lane-messages.js";

/** Cuts bytes at the given places, which may be the same more than once: then a piece is empty. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((one, other) => one - other);
  // Copies: a piece of a socket has nothing behind it.
  return ends.map((end, index) => Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end)));
}

function read(pieces: readonly Buffer[]): Buffer[] {
  const messages: Buffer[] = [];
  const reader = new MessageReader((message) => messages.push(message));
  for (const piece of pieces) reader.write(piece);
  return messages;
}

function toHex(messages: readonly Uint8Array[]): string[] {
  return messages.map((message) => Buffer.from(message).toString("hex"));
}

const bodies = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    fc.nat({ max: 20_000 }).map((length) => new Uint8Array(length).fill(length)),
    fc.constant(new Uint8Array(0)),
  ),
  { maxLength: 12 },
);

/** As a socket gives its bytes: each piece in the same memory as the one before it. */
function readLent(pieces: readonly Buffer[], pausesAt: ReadonlySet<number>): Buffer[] {
  const messages: Buffer[] = [];
  const reader = new MessageReader((message) => {
    messages.push(Buffer.from(message));
    if (pausesAt.has(messages.length)) reader.pause();
  }, true);
  const memory = Buffer.alloc(Math.max(0, ...pieces.map((piece) => piece.length)));
  for (const piece of pieces) {
    memory.fill(0xdd);
    piece.copy(memory);
    reader.write(memory.subarray(0, piece.length));
  }
  memory.fill(0xdd);
  for (let paused = 0; paused <= pausesAt.size; paused += 1) reader.resume();
  return messages;
}

describe("messages arrive whole and in order", () => {
  test("wherever the stream is cut, from memory that is used again, and whenever the reader pauses", () => {
    fc.assert(
      fc.property(
        bodies,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.array(fc.nat({ max: 12 })),
        (sent, places, pauses) => {
          const stream = Buffer.concat(sent.map((body) => prefixed(body)));
          expect(toHex(readLent(cut(stream, places), new Set(pauses)))).toEqual(toHex(sent));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("wherever the stream is cut", () => {
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(), { maxLength: 40 }), (sent, places) => {
        const stream = Buffer.concat(sent.map((body) => prefixed(body)));
        expect(toHex(read(cut(stream, places)))).toEqual(toHex(sent));
      }),
      { numRuns: 500 },
    );
  });

  test("at every single place where the stream may be cut in two or three", () => {
    const sent = [Buffer.from("one"), Buffer.alloc(0), Buffer.from("three")];
    const stream = Buffer.concat(sent.map((body) => prefixed(body)));
    for (let first = 0; first <= stream.length; first += 1) {
      for (let second = first; second <= stream.length; second += 1) {
        expect(toHex(read(cut(stream, [first, second])))).toEqual(toHex(sent));
      }
    }
  });

  test("byte by byte", () => {
    const sent = [Buffer.alloc(1_000, 1), Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(70_000, 2)];
    const stream = Buffer.concat(sent.map((body) => prefixed(body)));
    expect(toHex(read(Array.from(stream, (byte) => Buffer.from([byte]))))).toEqual(toHex(sent));
  });

  test("each as soon as its last byte is there, and not before", () => {
    const messages: string[] = [];
    const reader = new MessageReader((message) => messages.push(String(message)));
    const stream = Buffer.concat([prefixed(Buffer.from("one")), prefixed(Buffer.from("two"))]);
    reader.write(stream.subarray(0, PREFIX_LENGTH + 2));
    expect(messages).toEqual([]);
    reader.write(stream.subarray(PREFIX_LENGTH + 2, PREFIX_LENGTH + 3 + PREFIX_LENGTH));
    expect(messages).toEqual(["one"]);
    reader.write(stream.subarray(PREFIX_LENGTH + 3 + PREFIX_LENGTH));
    expect(messages).toEqual(["one", "two"]);
  });

  test("and are not changed by what comes later", () => {
    const kept: Buffer[] = [];
    const reader = new MessageReader((message) => kept.push(message));
    for (let index = 0; index < 50; index += 1) {
      for (const piece of cut(prefixed(Buffer.alloc(100, index)), [7, 60])) reader.write(piece);
    }
    expect(toHex(kept)).toEqual(Array.from({ length: 50 }, (_, index) => Buffer.alloc(100, index).toString("hex")));
  });
});

describe("a message of", () => {
  test("the longest length that there may be arrives, in time in proportion to it", () => {
    const body = Buffer.alloc(FRAME_BYTES, 5);
    const stream = prefixed(body);
    const pieces: Buffer[] = [];
    for (let at = 0; at < stream.length; at += 65_536) pieces.push(stream.subarray(at, at + 65_536));
    const begun = performance.now();
    const [message] = read(pieces);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(message?.equals(body)).toBe(true);
  });

  test.each([
    ["a byte more than that", 0, FRAME_BYTES + 1],
    ["4 GiB", 0, 0xffff_ffff],
  ])("%s is PROTOCOL with the length in words, before any of it has come", (_, flag, claimed) => {
    const bytes = prefixed(Buffer.alloc(0), flag, claimed);
    for (const places of [[], [1], [4], [1, 2, 3, 4]]) {
      expect(() => read(cut(bytes, places))).toThrow(
        expect.objectContaining({ code: "PROTOCOL", message: expect.stringContaining(String(claimed)) }),
      );
    }
  });

  test("a length that is only claimed allocates nothing", () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 1_000 }, () => new MessageReader(() => {}));
    for (const reader of readers) reader.write(prefixed(Buffer.from("start"), 0, FRAME_BYTES));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });
});

describe("a flag other than 0", () => {
  test.each([1, 2, 0x80, 0xff])("(%i) is PROTOCOL with the flag in words", (flag) => {
    expect(() => read([prefixed(Buffer.from("compressed"), flag)])).toThrow(
      expect.objectContaining({ code: "PROTOCOL", message: expect.stringContaining(`flag ${flag}`) }),
    );
  });

  test("stops only what is behind it", () => {
    const messages: string[] = [];
    const reader = new MessageReader((message) => messages.push(String(message)));
    const stream = Buffer.concat([
      prefixed(Buffer.from("good")),
      prefixed(Buffer.from("bad"), 1),
      prefixed(Buffer.from("later")),
    ]);
    expect(() => reader.write(stream)).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
    expect(messages).toEqual(["good"]);
  });
});

test("any bytes at all give messages or PROTOCOL", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 }), (pieces) => {
      try {
        const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
        const messages = read(pieces.map((piece) => Buffer.from(piece)));
        expect(messages.reduce((sum, message) => sum + message.length, 0)).toBeLessThanOrEqual(total);
      } catch (error) {
        expect(error).toMatchObject({ code: "PROTOCOL" });
      }
    }),
    { numRuns: 1_000 },
  );
});
