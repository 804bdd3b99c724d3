import { keep, ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { outcomeOf } from "../fixtures/session/interleavings/story.js";
import { LIBRARY, settle, useSessionPair } from "./use-session-pair.js";

type Stream = AsyncGenerator<unknown, undefined, undefined>;

async function* numbers(to: number): AsyncGenerator<number> {
  for (let number = 0; number < to; number += 1) yield number;
}

describe("what the interleavings have found, in few steps", () => {
  test("a stream that was left is over, whatever its producer had come to by then", async () => {
    const { caller, callee } = await useSessionPair();
    const stream = (await caller.call("count", 5, 2)) as Stream;
    expect(await stream.next()).toEqual({ done: false, value: 0 });
    // The window is ahead: the failure is here already.
    await settle(caller, callee);
    expect(await stream.return(undefined)).toEqual({ done: true, value: undefined });
    expect(await outcomeOf(stream.next())).toEqual({ value: { done: true, value: undefined } });
  });

  test("a kept function that never left, because its call was given up, is not lent", async () => {
    const { caller, callee } = await useSessionPair();
    const { id } = caller.start("echo", [keep(() => 1), Buffer.alloc(1_000_000)]);
    caller.session.cancel(id);
    await settle(caller, callee);
    expect(caller.session.lent).toBe(0);
  });

  test("a kept function that is lent already stays lent once, when a second call of it cannot leave", async () => {
    const { caller, callee } = await useSessionPair();
    const fn = keep(() => 1);
    await caller.call("keepFunction", fn);
    expect(await outcomeOf(caller.call("echo", fn, Symbol("no")))).toMatchObject({
      error: { code: "NOT_SERIALIZABLE" },
    });
    await settle(caller, callee);
    await caller.call("releaseKept");
    await settle(caller, callee);
    expect(caller.session.lent).toBe(0);
  });

  test("a live object that never left, because its call was given up, is not lent", async () => {
    const large = Buffer.alloc(1_000_000);
    const { caller, callee } = await useSessionPair({ exports: { lend: () => [keep(() => 1), numbers(3), large] } });
    const { id } = caller.start("lend", []);
    caller.session.flush();
    while (callee.session.lent === 0) await new Promise((resolve) => setImmediate(resolve));
    caller.session.cancel(id);
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
  });

  test("a call that is sent again because it never left still has its stream", async () => {
    const isolator = await ProcessIsolator.create({ restart: { backoff: { initialMs: 1 } } });
    onTestFinished(async () => void (await isolator.shutdown()));
    await isolator.invoke(LIBRARY, "echo", [1]);
    process.kill(isolator.pid, "SIGKILL");
    // The kernel has closed the socket, and this process has not heard of it.
    const until = performance.now() + 200;
    while (performance.now() < until);
    expect(await isolator.invoke(LIBRARY, "collect", [numbers(3)])).toEqual([0, 1, 2]);
  });

  test("an idempotent call that was given a stream is not answered as if the stream had been empty", async () => {
    const isolator = await ProcessIsolator.create({ restart: { backoff: { initialMs: 1 } } });
    onTestFinished(async () => void (await isolator.shutdown()));
    async function* source(): AsyncGenerator<number> {
      yield 1;
      process.kill(isolator.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      yield 2;
    }
    const outcome = await outcomeOf(isolator.invoke(LIBRARY, "collect", [source()], { idempotent: true }));
    expect(outcome).toMatchObject({ error: { code: "CRASHED" } });
  });
});
