import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { keep, remote } from "../../src/inside/index.js";
import { collectGarbage } from "../helpers/collect-garbage.js";
import { until } from "../helpers/until.js";
import { type End, settle, useSessionPair } from "./use-session-pair.js";

async function collect(...ends: readonly End[]): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    collectGarbage();
    await turn();
    await settle(...ends);
  }
}

function usePair() {
  let calls = 0;
  let finish = (): void => {};
  const counter = remote({
    get: () => {
      calls += 1;
      return calls;
    },
    wait: () =>
      new Promise<string>((resolve) => {
        finish = () => resolve("in the end");
      }),
    size: (bytes: Uint8Array) => bytes.length,
  });
  return useSessionPair({
    exports: {
      give: () => counter,
      giveFunction: () => keep(() => counter.wait()),
      finish: () => finish(),
    },
  });
}

type Counter = { get(): Promise<number>; wait(): Promise<string>; size(bytes: Uint8Array): Promise<number> };

describe("a live object that nobody can use any more", () => {
  test("is given back", async () => {
    const { caller, callee } = await usePair();
    for (let round = 0; round < 10; round += 1) await ((await caller.call("give")) as Counter).get();
    expect(callee.session.lent).toBe(1);
    await until(() => {
      collectGarbage();
      return callee.session.lent === 0;
    });
  });

  test("is one of which not even a method is held", async () => {
    const { caller, callee } = await usePair();
    const { get } = (await caller.call("give")) as Counter;
    await collect(caller, callee);
    expect(await get()).toBe(1);
    expect(callee.session.lent).toBe(1);
  });

  test.each(["give", "giveFunction"])("has no call under way (%s)", async (method) => {
    const { caller, callee } = await usePair();
    const start = async (): Promise<() => Promise<unknown>> => {
      const live = (await caller.call(method)) as Counter & (() => Promise<string>);
      const running = method === "give" ? live.wait() : live();
      // Not the promise itself, which an async function would wait for.
      return () => running;
    };
    const running = await start();
    await collect(caller, callee);
    expect(callee.session.lent).toBe(1);
    await caller.call("finish");
    expect(await running()).toBe("in the end");
  });

  test("has no call that is still to be sent in parts", async () => {
    const { caller } = await usePair();
    const length = 4 * 1024 * 1024;
    const size = ((await caller.call("give")) as Counter).size(new Uint8Array(length));
    collectGarbage();
    expect(await size).toBe(length);
  });
});
