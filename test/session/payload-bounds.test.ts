import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Account } from "../../src/session/account.js";
import { BUDGET } from "../../src/session/budget.js";
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

  test("takes as many bytes as it says, and not one more", async () => {
    const isolator = await useIsolator({ maxPayload: "64KiB" });
    const most = Buffer.alloc(64 * 1024, 7);
    expect(await isolator.invoke(values, "echo", [most])).toEqual(most);
    const more = isolator.invoke(values, "echo", [Buffer.alloc(64 * 1024 + 1)]);
    expect(await isolationError(more)).toMatchObject({ code: "PROTOCOL" });
  });

  // The first is a part of its frame, the second is not.
  test.each([80_000, 120_000])("bounds a text and an error, too: %i characters", async (length) => {
    const isolator = await useIsolator({ maxPayload: "64KiB" });
    const text = isolationError(isolator.invoke(values, "echo", ["x".repeat(length)]));
    const error = isolationError(isolator.invoke(mixed, "fail", [length]));
    expect(await text).toMatchObject({ code: "PROTOCOL" });
    expect(await error).toMatchObject({ code: "PROTOCOL" });
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

/** Joins the parts of a payload: needs its bytes once more for a moment. */
const joinIn = (account: Account) => (bytes: number) => {
  account.hold(bytes);
  account.release(bytes);
};

describe("what a peer sends in parts and never refers to", () => {
  test.each([
    ["large parts", MIB],
    ["parts with nothing in them", 0],
  ])("is held within the budget: %s", (_, length) => {
    const account = new Account({ ...BUDGET, held: 16 * MIB });
    const receiver = new ChunkReceiver(account);
    const part = Buffer.alloc(length);
    const flood = (): void => {
      for (let number = 0; number < 1_000_000; number += 1) receiver.add(number, part);
    };
    expect(flood).toThrow(/budget.held is 16777216/);
    expect(account.breach).toMatchObject({ code: "PROTOCOL" });
    expect(account.held).toBeGreaterThan(15 * MIB);
  });

  test("is held no more once it was taken, given up or forgotten", () => {
    const account = new Account({ ...BUDGET, held: 16 * MIB });
    const receiver = new ChunkReceiver(account);
    for (let number = 1; number < 100; number += 1) {
      receiver.add(number, Buffer.alloc(MIB / 2));
      receiver.add(number, Buffer.alloc(MIB / 2));
      if (number % 2 === 0) receiver.drop(number);
      else expect(receiver.take(number, MIB, () => {})).toHaveLength(MIB);
      expect(account.held).toBe(0);
    }
    receiver.add(100, Buffer.alloc(MIB));
    receiver.clear();
    expect(account.held).toBe(0);
  });

  test("counts once more for the moment in which its parts are joined", () => {
    const account = new Account({ ...BUDGET, held: 16 * MIB });
    const receiver = new ChunkReceiver(account);
    for (let part = 0; part < 10; part += 1) receiver.add(1, Buffer.alloc(MIB));
    expect(() => receiver.take(1, 10 * MIB, (bytes) => account.hold(bytes))).toThrow(/budget.held/);
    expect(account.held).toBe(0);
  });

  test("suffices for everything that the sender sends at once", () => {
    const sender = new ChunkSender();
    // Eight of them at once, and one of those twice, while its parts are joined.
    const account = new Account({ ...BUDGET, held: 10 * MIB });
    const receiver = new ChunkReceiver(account);
    const lengths = Array.from({ length: 40 }, (_, index) => MIB - index);
    const numbers = lengths.map((length) => {
      const number = sender.add(Buffer.alloc(length), () => {
        arrived.push(() => receiver.take(number, length, joinIn(account)));
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

  test("is so little that large payloads go one after the other", () => {
    const sender = new ChunkSender();
    const account = new Account({ ...BUDGET, held: 42 * MIB });
    const receiver = new ChunkReceiver(account);
    const lengths = Array.from({ length: 5 }, (_, index) => 20 * MIB - index);
    let taken = 0;
    const arrived: (() => void)[] = [];
    for (const length of lengths) {
      const number = sender.add(Buffer.alloc(length), () =>
        arrived.push(() => void receiver.take(number, length, joinIn(account))),
      );
    }
    for (let hasMore = true; hasMore; ) {
      hasMore = sender.sendNext((number, data) => receiver.add(number, data));
      for (const take of arrived.splice(0)) {
        take();
        taken += 1;
      }
    }
    expect(taken).toBe(5);
    expect(account.held).toBe(0);
  });
});

describe("items of a stream that nobody takes", () => {
  const account = (): Account => new Account({ ...BUDGET, held: 64 * MIB });
  const stream = (of: Account): StreamImport =>
    new StreamImport({ holding: of.openHolding(), demand: () => {}, close: () => {}, hold: (wait) => wait });

  test("are bounded in number", () => {
    const flooded = stream(account());
    expect(() => {
      for (let item = 0; item < 10_000; item += 1) flooded.push(item, 4);
    }).toThrow(/2049 items/);
  });

  test("are bounded in bytes, all streams of a session together", () => {
    const shared = account();
    const streams = Array.from({ length: 20 }, () => stream(shared));
    expect(() => {
      for (let item = 0; item < 100; item += 1) for (const flooded of streams) flooded.push({ nested: item }, MIB);
    }).toThrow(/budget.held is 67108864/);
    expect(shared.breach).toMatchObject({ code: "PROTOCOL" });
  });

  test("may be as large as what is held for the peer", () => {
    const flowing = stream(account());
    for (let item = 0; item < 4; item += 1) flowing.push(item, 4);
    flowing.push(Buffer.alloc(0), 60 * MIB);
    expect(() => flowing.push(Buffer.alloc(0), 10 * MIB)).toThrow(/budget.held/);
  });

  test("count no more once they are taken or the stream is closed", async () => {
    const shared = account();
    const flowing = stream(shared);
    flowing.push(Buffer.alloc(0), 0);
    for (let item = 0; item < 300; item += 1) {
      flowing.push(Buffer.alloc(0), MIB);
      await flowing.next();
    }
    await flowing.next();
    expect(shared.held).toBe(0);
    flowing.push(Buffer.alloc(0), MIB);
    void flowing.return();
    expect(shared.held).toBe(0);
  });

  test("cost nothing when somebody waits for them", () => {
    const shared = account();
    const flowing = stream(shared);
    void flowing.next();
    flowing.push(Buffer.alloc(0), 100 * MIB);
    expect(shared.held).toBe(0);
  });
});
