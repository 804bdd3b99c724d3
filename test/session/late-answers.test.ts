import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settle, useSessionPair } from "./use-session-pair.js";

const MIB = 1024 * 1024;

describe("an answer that comes after the call was given up", () => {
  test("does not keep its shared memory", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    const outcomes: unknown[] = [];
    for (let round = 0; round < 8; round += 1) {
      const { id, result } = caller.start("makeBytes", [MIB]);
      void result.then((value) => outcomes.push(value));
      caller.session.flush();
      // Cancelled in the host before the answer is read; the callee has answered or will.
      await new Promise((resolve) => setImmediate(resolve));
      caller.session.cancel(id);
      await settle(caller, callee);
    }
    expect(outcomes).toEqual([]);
    // Those that were read may be kept for reuse: fewer than five, and the same ones again.
    const before = readdirSync(callee.folder as string).length;
    expect(before).toBeLessThanOrEqual(4);
  });

  test("does not keep a stream running that nobody can read", async () => {
    const { caller, callee } = await useSessionPair();
    for (let round = 0; round < 3; round += 1) {
      const { id } = caller.start("count", [10]);
      caller.session.flush();
      await new Promise((resolve) => setImmediate(resolve));
      caller.session.cancel(id);
      await settle(caller, callee);
    }
    expect(callee.session.lent).toBe(0);
  });

  test("leaves nothing of what came in parts", async () => {
    const { caller, callee } = await useSessionPair();
    const { id } = caller.start("makeBytes", [8 * MIB]);
    await settle(caller, callee);
    caller.session.cancel(id);
    await settle(caller, callee);
    // What is under way is dropped on both sides, so that nothing more of it comes.
    const before = caller.socket.bytesRead;
    await settle(caller, callee);
    await settle(caller, callee);
    expect(caller.socket.bytesRead - before).toBeLessThan(MIB);
  });

  test("never settles another call", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    const answers = Array.from({ length: 50 }, (_, index) => {
      const { id, result } = caller.start("echoLater", [index]);
      if (index % 2 === 0) setImmediate(() => caller.session.cancel(id));
      return index % 2 === 0 ? undefined : result;
    });
    expect(await Promise.all(answers)).toEqual(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? index : undefined)),
    );
    await settle(caller, callee);
  });
});
