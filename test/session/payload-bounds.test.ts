import { describe, expect, test } from "vitest";
import { ChunkReceiver } from "../../src/session/chunk-receiver.js";
import { StreamImport } from "../../src/session/stream-import.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MIB = 1024 * 1024;
const values = fixture("values.mjs");

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
    expect(flood).toThrow(/more than 16777216 bytes of payloads under way/);
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
    }).toThrow(/65 items of about 68157440 bytes/);
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
