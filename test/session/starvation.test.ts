import { describe, expect, test } from "vitest";
import { canHideMemory, runFlowHost } from "../fixtures/session/flow-host.js";
import { useSessionPair } from "./use-session-pair.js";

const MIB = 1024 * 1024;

interface Report {
  /** Small calls, one after the other, that were answered before the last large one was. */
  readonly answered: number;
  readonly isRight: boolean;
  readonly hasSharedMemory: boolean;
}

/** Counts the small calls, one after the other, that are answered before the large one is. */
async function countDuring(small: () => Promise<unknown>, large: Promise<unknown>): Promise<number> {
  let isOver = false;
  let answered = 0;
  const over = large.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await small();
    if (!isOver) answered += 1;
  }
  await over;
  return answered;
}

describe("small calls are answered between the chunks of a large one", () => {
  const length = 16 * MIB;
  /** Of 256 chunks of 64 KiB, no more than about ten pass for each small call and its answer. */
  const least = 24;

  test.each<[string, string, unknown[], unknown]>([
    ["that goes to the other side", "byteLength", [Buffer.alloc(length)], length],
    ["that comes from there", "makeBytes", [length], Buffer.alloc(length, 7)],
    ["that goes there and back", "echo", [Buffer.alloc(length, 9)], Buffer.alloc(length, 9)],
  ])("%s", async (_, method, args, expected) => {
    const { caller } = await useSessionPair();
    const large = caller.call(method, ...args);
    let number = 0;
    const small = async () => {
      number += 1;
      expect(await caller.call("echoLater", number)).toBe(number);
    };
    expect(await countDuring(small, large)).toBeGreaterThan(least);
    expect(Buffer.compare((await asBuffer(large)) as Buffer, (await asBuffer(expected)) as Buffer)).toBe(0);
  });

  test("and callbacks, and the items of a stream", async () => {
    const { caller } = await useSessionPair();
    const large = caller.call("echo", Buffer.alloc(length));
    const numbers = (await caller.call("count", 1e9)) as AsyncGenerator<number>;
    let called = 0;
    const small = async () => {
      await caller.call("callBack", () => {
        called += 1;
      });
      await numbers.next();
    };
    const answered = await countDuring(small, large);
    await numbers.return(undefined);
    expect(answered).toBeGreaterThan(least / 2);
    expect(called).toBeGreaterThanOrEqual(answered);
  });

  test("and other large ones do not wait for it: they take turns", async () => {
    const { caller } = await useSessionPair();
    const order: string[] = [];
    await Promise.all([
      caller.call("byteLength", Buffer.alloc(length)).then(() => order.push("first and large")),
      caller.call("byteLength", Buffer.alloc(MIB)).then(() => order.push("later and smaller")),
    ]);
    expect(order).toEqual(["later and smaller", "first and large"]);
  });
});

describe.each(["in", "out", "both"])("between two processes (%s)", { timeout: 60_000 }, (direction) => {
  test.runIf(canHideMemory)("without shared memory, small calls go between the chunks", async () => {
    const report = await runFlowHost<Report>("starvation-host.mjs", [direction, 16 * MIB, 2], true);
    expect(report).toMatchObject({ isRight: true, hasSharedMemory: false });
    expect(report.answered).toBeGreaterThan(32);
  });

  test.runIf(process.platform === "linux")("over shared memory, small calls go between the large ones", async () => {
    const report = await runFlowHost<Report>("starvation-host.mjs", [direction, 16 * MIB, 12]);
    expect(report).toMatchObject({ isRight: true, hasSharedMemory: true });
    // One for each that was on its way, but for those that came and went within one turn of both processes.
    expect(report.answered).toBeGreaterThanOrEqual(6);
  });
});

/** A number of bytes as themselves, so that all results compare alike. */
async function asBuffer(value: unknown): Promise<Buffer> {
  const got = await value;
  return Buffer.isBuffer(got) ? got : Buffer.from(String(got));
}
