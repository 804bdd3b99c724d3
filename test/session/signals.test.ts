import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { BUDGET } from "../../src/session/budget.js";
import { collectGarbage } from "../helpers/collect-garbage.js";
import { recordWarnings } from "../helpers/record-warnings.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { type End, settle, useSessionPair } from "./use-session-pair.js";

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

/** Collects garbage until the peer has given back all but so many of the things that this end has lent. */
async function untilLent(end: End, count: number): Promise<void> {
  await until(() => {
    collectGarbage();
    return end.session.lent <= count;
  });
  expect(end.session.lent).toBe(count);
}

/** Collects garbage, so that what may be given back is. */
async function collect(...ends: readonly End[]): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    collectGarbage();
    await turn();
    await settle(...ends);
  }
}

/** Both ends, and a source of signals on the callee's side. */
async function useSignals() {
  const source = new AbortController();
  const { signal } = source;
  const received: WeakRef<AbortSignal>[] = [];
  const pair = await useSessionPair({
    exports: {
      give: () => signal,
      nest: () => ({ deep: [{ signal }], aborted: AbortSignal.abort(new Error("before")) }),
      async *stream() {
        yield { signal };
      },
      fail: () => {
        throw Object.assign(new Error("with a signal"), { signal });
      },
      take: async (callback) => {
        await (callback as (signal: AbortSignal) => Promise<unknown>)(signal);
      },
      wait: (given) =>
        new Promise((resolve) => (given as AbortSignal).addEventListener("abort", () => resolve("aborted"))),
      remember: (given) => {
        received.push(new WeakRef(given as AbortSignal));
      },
    },
  });
  return { source, received, ...pair };
}

describe("a signal in a result", () => {
  test.each([
    ["as the result", async (caller: End) => void (await caller.call("give"))],
    ["inside the result", async (caller: End) => void (await caller.call("nest"))],
    [
      "in an item of a stream",
      async (caller: End) => {
        for await (const _ of (await caller.call("stream")) as AsyncIterable<unknown>);
      },
    ],
    ["in the argument of a callback", async (caller: End) => void (await caller.call("take", () => {}))],
  ])("is given back when nobody can hear of its abort (%s)", async (_, receive) => {
    const { source, caller, callee } = await useSignals();
    for (let round = 0; round < 20; round += 1) await receive(caller);
    expect(listenersOf(source.signal)).toBeLessThanOrEqual(1);
    await untilLent(callee, 0);
    expect(listenersOf(source.signal)).toBe(0);
  });

  test("is given back when nobody waits for the answer any more", async () => {
    const { source, caller, callee } = await useSignals();
    const { id } = caller.start("give", []);
    caller.session.cancel(id);
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
    expect(listenersOf(source.signal)).toBe(0);
  });

  test("is lent no more once it has aborted", async () => {
    const { source, caller, callee } = await useSignals();
    const signal = (await caller.call("give")) as AbortSignal;
    source.abort(new Error("why"));
    await settle(caller, callee);
    expect(signal.reason).toMatchObject({ message: "why" });
    expect(callee.session.lent).toBe(0);
  });

  test("is told for as long as somebody listens, and nobody else holds it", async () => {
    const { source, caller, callee } = await useSignals();
    const heard: unknown[] = [];
    const listen = async (): Promise<void> => {
      const signal = (await caller.call("give")) as AbortSignal;
      signal.addEventListener("abort", () => heard.push("listener"));
    };
    await listen();
    await collect(caller, callee);
    expect(callee.session.lent).toBe(1);
    source.abort();
    await settle(caller, callee);
    expect(heard).toEqual(["listener"]);
  });

  test("is told to a signal that was made of it, for as long as that is there", async () => {
    const { source, caller, callee } = await useSignals();
    const follow = async (): Promise<AbortSignal> =>
      AbortSignal.any([(await caller.call("give")) as AbortSignal, new AbortController().signal]);
    const followers = [await follow(), await follow()];
    await collect(caller, callee);
    expect(callee.session.lent).toBe(2);
    followers.pop();
    await untilLent(callee, 1);
    source.abort(new Error("why"));
    await settle(caller, callee);
    expect(followers[0]?.reason).toMatchObject({ message: "why" });
    expect(callee.session.lent).toBe(0);
  });

  test("is let go, and fires, when the session ends", async () => {
    const { source, caller, callee } = await useSignals();
    const signal = (await caller.call("give")) as AbortSignal;
    const failure = new Error("over");
    callee.session.close(failure);
    caller.session.close(failure);
    expect(listenersOf(source.signal)).toBe(0);
    expect(signal.reason).toBe(failure);
  });
});

describe("what signals cost a host", () => {
  const budget = { ...BUDGET, held: 64 * 1024 };

  test("is bounded while somebody holds them", async () => {
    const exports = { give: () => Array.from({ length: 200 }, () => new AbortController().signal) };
    const { caller } = await useSessionPair({ exports, budget });
    await rejection(caller.call("give"));
    expect(caller.lost).toMatchObject([{ code: "PROTOCOL", message: expect.stringContaining("budget.held") }]);
  });

  test.each([
    ["that may abort", () => new AbortController().signal],
    ["that have aborted before", () => AbortSignal.abort("x".repeat(1_000))],
  ])("is free again once nobody does (%s)", async (_, give) => {
    const { caller } = await useSessionPair({ exports: { give }, budget });
    for (let round = 0; round < 300; round += 1) {
      await caller.call("give");
      if (round % 20 === 0) await collect(caller);
    }
    expect(caller.lost).toEqual([]);
  });
});

describe("a signal as an argument", () => {
  test("costs one listener and no warning, however many calls have it", async () => {
    const warnings = recordWarnings();
    const { caller } = await useSignals();
    const { caller: other } = await useSignals();
    const controller = new AbortController();
    const calls = Array.from({ length: 30 }, () => [
      caller.call("wait", controller.signal),
      other.call("wait", controller.signal),
    ]);
    expect(listenersOf(controller.signal)).toBe(1);
    controller.abort();
    expect(await Promise.all(calls.flat())).toEqual(calls.flat().map(() => "aborted"));
    expect(listenersOf(controller.signal)).toBe(0);
    await turn();
    expect(warnings).toEqual([]);
  });

  test("ends with its call on both sides", async () => {
    const { caller, received } = await useSignals();
    const controller = new AbortController();
    await Promise.all(Array.from({ length: 10 }, () => caller.call("remember", controller.signal)));
    expect(listenersOf(controller.signal)).toBe(0);
    expect(caller.session.lent).toBe(0);
    expect(received.length).toBe(10);
    await until(() => {
      collectGarbage();
      return received.every((signal) => signal.deref() === undefined);
    });
  });
});
