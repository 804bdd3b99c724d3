import { type Duplex, Writable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../../../src/kernel/routing/http2/byte-queue.js";
import { FrameReader } from "../../../../src/kernel/routing/http2/frame-reader.js";
import { FrameWriter } from "../../../../src/kernel/routing/http2/frame-writer.js";

/** Bytes that tell where they come from. */
function bytes(length: number, from: number): Buffer {
  const told = Buffer.alloc(length);
  for (let index = 0; index < length; index++) told[index] = (from + index) % 251;
  return told;
}

describe("a queue of bytes", () => {
  test("gives back what it was given, in order", () => {
    const push = fc.record({ push: fc.oneof(fc.nat(50), fc.nat(20_000)) });
    const shift = fc.record({ shift: fc.integer({ min: 1, max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(fc.oneof(push, shift), { maxLength: 60 }), (steps) => {
        const queue = new ByteQueue();
        let pushed = 0;
        let shifted = 0;
        for (const step of steps) {
          if ("push" in step) {
            queue.push(bytes(step.push, pushed));
            pushed += step.push;
          } else if (queue.length > 0) {
            const chunk = queue.shift(step.shift);
            expect(chunk.length).toBeGreaterThan(0);
            expect(chunk.equals(bytes(chunk.length, shifted))).toBe(true);
            shifted += chunk.length;
          }
          expect(queue.length).toBe(pushed - shifted);
        }
        expect(Buffer.concat(queue.chunks()).equals(bytes(queue.length, shifted))).toBe(true);
      }),
    );
  });

  test("does not hold on to what short pieces were read with", () => {
    const queue = new ByteQueue();
    for (let index = 0; index < 1_000; index++) queue.push(Buffer.alloc(65_536).subarray(0, 1));
    const held = new Set(queue.chunks().map(({ buffer }) => buffer));
    expect([...held].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(64 * 1024);
  });
});

describe("frames", () => {
  const frame = fc.record({
    type: fc.nat(9),
    flags: fc.nat(255),
    id: fc.nat(0x7fffffff),
    length: fc.oneof(fc.nat(40), fc.nat(16_384)),
  });
  const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9_000 })), {
    minLength: 1,
  });

  test("are read as they were written, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 12 }), cuts, (frames, lengths) => {
        const written: Buffer[] = [];
        const socket = new Writable({
          write(chunk: Buffer, _, done) {
            written.push(chunk);
            done();
          },
        });
        const writer = new FrameWriter(socket as Writable as Duplex, () => {});
        const told = frames.map(({ type, flags, id, length }, index) => [type, flags, id, bytes(length, index)]);
        for (const [index, { type, flags, id, length }] of frames.entries())
          writer.frame(type, flags, id, bytes(length, index));
        writer.flush();
        const whole = Buffer.concat(written);
        const read: unknown[] = [];
        const reader = new FrameReader((type, flags, id, payload) =>
          read.push([type, flags, id, Buffer.from(payload)]),
        );
        for (let at = 0, index = 0; at < whole.length; index++) {
          const length = lengths[index % lengths.length] as number;
          reader.push(whole.subarray(at, at + length));
          at += length;
        }
        expect(read).toEqual(told);
        expect(reader.isWithinFrame).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test("above 16 KiB are refused before they have come", () => {
    const reader = new FrameReader(() => {});
    expect(() => reader.push(Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1]))).toThrow(
      /a frame of 16385 bytes; 16384 are the most/,
    );
  });
});
