import { describe, expect, test } from "vitest";
import { ALL_HELD_BYTES, CONNECTIONS_AT_MOST } from "../../../src/kernel/routing/bounds.js";
import { HeldBytes, HeldTotal } from "../../../src/kernel/routing/held-bytes.js";
import { ByteQueue } from "../../../src/kernel/routing/http2/byte-queue.js";
import { RawClient } from "../../fixtures/routing/raw-client.js";
import { useDoor } from "../../fixtures/routing/use-door.js";

describe("what waits of all clients", () => {
  test("is what their queues hold", async () => {
    let told = 0;
    const total = new HeldTotal(() => {
      told += 1;
    });
    const [one, other] = [new HeldBytes(total), new HeldBytes(total)];
    const [first, second] = [new ByteQueue(one), new ByteQueue(other)];
    first.push(Buffer.alloc(10_000));
    first.push(Buffer.alloc(10));
    second.push(Buffer.alloc(7));
    expect([one.bytes, other.bytes]).toEqual([10_010, 7]);
    first.shift(4_000);
    expect(one.bytes).toBe(6_010);
    second.shift(7);
    expect(other.bytes).toBe(0);
    one.add(ALL_HELD_BYTES);
    expect(total.isTooMuch).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toBe(1);
    one.add(-ALL_HELD_BYTES);
    first.clear();
    expect([one.bytes, total.isTooMuch]).toEqual([0, false]);
  });
});

describe("connections that have shown no token", () => {
  test("make room for others", async () => {
    const { door, isolates, client } = await useDoor();
    await isolates.start("store");
    const strangers: RawClient[] = [];
    for (let index = 0; index < CONNECTIONS_AT_MOST; index++) strangers.push(await RawClient.to(door.socket));
    const { message } = await client().unary("Echo", Buffer.from("known"));
    expect(message?.toString()).toBe("known");
    expect(await strangers[0]?.goaway()).toBe(11);
    expect(strangers.at(-1)?.isClosed).toBe(false);
  });
});
