import { readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SharedMemoryWriter, type UnreadBounds } from "../../src/session/shared-memory.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useSessionPair } from "./use-session-pair.js";

const KIB = 1024;

function useWriter(bounds?: UnreadBounds): { folder: string; writer: SharedMemoryWriter } {
  const folder = useDirectory();
  return { folder, writer: new SharedMemoryWriter(folder, "h", bounds) };
}

test("a peer that reads no segment gets so many and no more, each of which costs a descriptor", () => {
  const { folder, writer } = useWriter();
  const bytes = Buffer.alloc(KIB, 1);
  const written = Array.from({ length: 300 }, () => writer.write(bytes));
  expect(written.filter((segment) => segment !== undefined)).toHaveLength(256);
  expect(readdirSync(folder)).toHaveLength(256);
  writer.release(1);
  expect(writer.write(bytes)).toBe(1);
  writer.close();
});

test("the bytes that nobody has read are bounded, however large a single payload is", () => {
  const { writer } = useWriter({ bytes: 100 * KIB, segments: 10 });
  expect(writer.write(Buffer.alloc(300 * KIB))).toBe(1);
  expect(writer.write(Buffer.alloc(KIB))).toBeUndefined();
  writer.release(1);
  expect(writer.write(Buffer.alloc(60 * KIB))).toBe(1);
  expect(writer.write(Buffer.alloc(60 * KIB))).toBeUndefined();
  expect(writer.write(Buffer.alloc(40 * KIB))).toBe(2);
  writer.close();
});

test("calls beyond the bound pass their bytes in parts", async () => {
  const { caller } = await useSessionPair({ sharedMemory: true });
  const lengths = Array.from({ length: 400 }, (_, index) => 40 * KIB + index);
  const results = await Promise.all(lengths.map((length) => caller.call("echo", Buffer.alloc(length, 5))));
  expect(results.map((result) => (result as Buffer).length)).toEqual(lengths);
});

test.runIf(process.platform === "linux")(
  "a segment that somebody has removed is closed, and no other is written",
  () => {
    const { folder, writer } = useWriter();
    const openDescriptors = (): number => readdirSync("/proc/self/fd").length;
    const before = openDescriptors();
    expect(writer.write(Buffer.alloc(KIB))).toBe(1);
    writer.release(1);
    unlinkSync(join(folder, "h1"));
    expect(writer.write(Buffer.alloc(KIB))).toBeUndefined();
    expect(openDescriptors()).toBe(before);
    expect(writer.write(Buffer.alloc(KIB))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  },
);
