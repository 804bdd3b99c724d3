import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ChunkReceiver } from "../../src/session/chunk-receiver.js";
import { ChunkSender } from "../../src/session/chunk-sender.js";
import { StreamImport } from "../../src/session/stream-import.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MIB = 1024 * 1024;
const values = fixture("values.mjs");
const mixed = join(import.meta.dirname, "fixtures/mixed-traffic.mjs");

describe("maxPayload", () => {
  test("fails the call whose result is larger, and nothing else", async () => {
    const isolator = await useIsolator({ maxPayload: "1MiB" });
    const error = await isolationError(isolator.invoke(values, "echo", [Buffer.alloc(2 * MIB)]));
    expect(error.code).toBe("PROTOCOL");
    expect(error.message).toContain(`${2 * MIB} bytes`);
    expect(error.message).toContain(`maxPayload is ${MIB}`);
    expect(await isolator.invoke(values, "echo", [Buffer.alloc(MIB / 2)])).toHaveLength(MIB / 2);
    expect(isolator.generation).toBe(1);
  });

  test("counts all bytes of a value", async () => {
    const isolator = await useIsolator({ maxPayload: "64KiB" });
    const parts = Array.from({ length: 20 }, () => Buffer.alloc(60 * 1024));
    expect(await isolationError(isolator.invoke(values, "echo", [parts]))).toMatchObject({ code: "PROTOCOL" });
    expect(await isolator.invoke(values, "echo", [parts[0]])).toEqual(parts[0]);
  });

  test("takes small items of a stream for what they are, whatever else is in their frames", async () => {
    const isolator = await useIsolator();
    const api = isolator.load<{ numbers(): AsyncIterable<number>; echo(text: string): Promise<string> }>(mixed);
    const items = (await api.numbers())[Symbol.asyncIterator]();
    await items.next();
    const text = "x".repeat(60_000);
    for (let round = 0; round < 60; round += 1) await Promise.all(Array.from({ length: 25 }, () => api.echo(text)));
    expect(isolator.generation).toBe(1);
    await items.return?.(undefined);
  });

  test.each([
    [1024, "at least 65536"],
    ["1 elephant", "a number of bytes"],
  ])("%j is refused", async (maxPayload, bound) => {
    const error = await isolationError(useIsolator({ maxPayload }));
    expect(error).toMatchObject({ code: "INVALID_OPTION" });
    expect(error.message).toContain(bound);
  });
});

describe("what a peer sends in parts and never refers to", () => {
  test.each([
    ["large parts", MIB],
    ["parts with nothing in them", 0],
  ])("is bounded: %s", (_, length) => {
    const receiver = new ChunkReceiver(16 * MIB);
    const part = Buffer.alloc(length);
    const flood = (): void => {
      for (let number = 0; number < 1_000_000; number += 1) receiver.add(number, part);
    };
    expect(flood).toThrow(/bytes of payloads under way; the bound, which follows from maxPayload, is 134217728/);
  });

  test("is bounded for each of them", () => {
    const receiver = new ChunkReceiver(MIB);
    receiver.add(1, Buffer.alloc(MIB));
    expect(() => receiver.add(1, Buffer.alloc(1))).toThrow(/1048577 bytes of payloads under way/);
  });

  test("suffices for everything that the sender sends at once", () => {
    const sender = new ChunkSender();
    const receiver = new ChunkReceiver(MIB);
    const lengths = Array.from({ length: 40 }, (_, index) => MIB - index);
    const numbers = lengths.map((length) => {
      const number = sender.add(Buffer.alloc(length), () => {
        arrived.push(() => receiver.take(number, length));
      });
      return number;
    });
    const arrived: (() => Buffer)[] = [];
    const taken: number[] = [];
    for (let hasMore = true; hasMore; ) {
      hasMore = sender.sendNext((number, data) => receiver.add(number, data));
      for (const take of arrived.splice(0)) taken.push(take().length);
    }
    expect(numbers).toHaveLength(40);
    expect(taken.sort((one, other) => other - one)).toEqual(lengths);
  });

  test("counts no more once it was taken or given up", () => {
    const receiver = new ChunkReceiver(MIB);
    for (let number = 1; number < 100; number += 1) {
      receiver.add(number, Buffer.alloc(MIB / 2));
      if (number % 2 === 0) receiver.drop(number);
      else expect(receiver.take(number, MIB / 2)).toHaveLength(MIB / 2);
    }
  });
});

describe("items of a stream that nobody takes", () => {
  const stream = (): StreamImport => new StreamImport({ demand: () => {}, close: () => {}, hold: (wait) => wait });

  test("are bounded in number", () => {
    const flooded = stream();
    expect(() => {
      for (let item = 0; item < 10_000; item += 1) flooded.push(item, 4);
    }).toThrow(/2049 items/);
  });

  test("are bounded in bytes", () => {
    const flooded = stream();
    expect(() => {
      for (let item = 0; item < 1_000; item += 1) flooded.push({ nested: item }, MIB);
    }).toThrow(/66 items of about 68157440 bytes/);
  });

  test("may be followed by one of any size, as the window allows it", () => {
    const flowing = stream();
    for (let item = 0; item < 4; item += 1) flowing.push(item, 4);
    flowing.push(Buffer.alloc(70 * MIB), 70 * MIB);
  });

  test("count no more once they are taken", async () => {
    const flowing = stream();
    flowing.push(Buffer.alloc(0), 0);
    for (let item = 0; item < 300; item += 1) {
      flowing.push(Buffer.alloc(MIB), MIB);
      await flowing.next();
    }
  });
});
