import { createHash, randomFillSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useSharedIsolator } from "../helpers/use-isolator.js";
import { describeLanes } from "./use-lanes.js";

const PAYLOADS = fileURLToPath(new URL("fixtures/payloads.mjs", import.meta.url));
const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes of which no two regions are alike, made quickly: a random block, again and again, at odd offsets. */
function makeBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  const block = randomFillSync(bytes.subarray(0, Math.min(length, MIB + 13)));
  for (let at = block.length; at < length; at += block.length) bytes.set(block.subarray(0, length - at), at);
  for (let at = 0; at + 4 <= length; at += 64 * KIB) bytes.writeUInt32LE(at / KIB, at);
  return bytes;
}

const digest = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

/** Two runs of the bytes, as different kinds, deep in a value. */
const nest = (bytes: Buffer) => ({
  name: "deep",
  rows: [
    { bytes, note: undefined },
    { bytes: Uint8Array.from(bytes), note: "a copy of them" },
  ],
});

const describeNested = (bytes: Buffer): string[] =>
  ["Buffer", "Uint8Array"].map((kind) => `${kind} ${bytes.length} ${digest(bytes)}`);

describeLanes(PAYLOADS, (call) => {
  test.each([0, 1, 32 * KIB - 1, 32 * KIB, 32 * KIB + 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB, 4 * MIB + 1])(
    "%i bytes arrive whole, both ways, beside others in an object",
    async (length) => {
      const bytes = makeBytes(length);
      const expected = describeNested(bytes);
      expect(await call("describe", nest(bytes))).toEqual(expected);
      const { rows } = (await call("echo", nest(bytes))) as ReturnType<typeof nest>;
      expect(rows.map((row) => `${row.bytes.constructor.name} ${row.bytes.length} ${digest(row.bytes)}`)).toEqual(
        expected,
      );
      const single = (await call("echo", bytes)) as Buffer;
      expect(single.equals(bytes)).toBe(true);
    },
  );

  test("of every length around a threshold, many at a time", async () => {
    const lengths = [32 * KIB, 64 * KIB].flatMap((middle) =>
      Array.from({ length: 21 }, (_, index) => middle - 10 + index),
    );
    const all = makeBytes(128 * KIB);
    const answers = await Promise.all(lengths.map((length) => call("echo", all.subarray(1, 1 + length))));
    for (const [index, length] of lengths.entries()) {
      expect((answers[index] as Buffer).equals(all.subarray(1, 1 + length)), `${length}`).toBe(true);
    }
  });

  test("both ways through a callback, and as items of a stream", async () => {
    const bytes = makeBytes(3 * MIB);
    const seen: string[] = [];
    const answer = await call(
      "echoBy",
      (given: Buffer) => {
        seen.push(digest(given));
        return given.subarray(1);
      },
      bytes,
    );
    expect(seen).toEqual([digest(bytes)]);
    expect((answer as Buffer).equals(bytes.subarray(1))).toBe(true);
    let count = 0;
    for await (const block of (await call("blocks", 5, 2 * MIB)) as AsyncIterable<Buffer>) {
      count += 1;
      expect(block.equals(Buffer.alloc(2 * MIB, count))).toBe(true);
    }
    expect(count).toBe(5);
  });
});

describe("through shared memory", () => {
  const isolator = useSharedIsolator({ restart: false });

  test.each([64 * MIB - 1, 64 * MIB, 64 * MIB + 1])("%i bytes arrive whole, both ways", async (length) => {
    const bytes = makeBytes(length);
    const value = { rows: [{ bytes }], deep: [new Map([["k", 1n]])] };
    expect(await isolator().invoke(PAYLOADS, "describe", [value])).toEqual(describeNested(bytes).slice(0, 1));
    const back = (await isolator().invoke(PAYLOADS, "echo", [value])) as typeof value;
    expect(back.rows[0]?.bytes.equals(bytes)).toBe(true);
    expect(back.deep).toEqual(value.deep);
  });
});
