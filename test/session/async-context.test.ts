import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { keep, remote } from "process-isolation";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { useIsolator } from "../helpers/use-isolator.js";

const LENDER = fixture("lender.mjs");
const request = new AsyncLocalStorage<string>();

/** Runs it as one request, and another one meanwhile, so that the contexts could be mixed up. */
async function inTwo<T>(run: () => Promise<T>): Promise<T[]> {
  return Promise.all([request.run("one", run), request.run("two", run)]);
}

describe("what a call lends runs in the context of the call:", () => {
  test("a callback, also after it has waited", async () => {
    const isolator = await useIsolator();
    const stores = await inTwo(() =>
      isolator.invoke(LENDER, "call", [
        async () => {
          const before = request.getStore();
          await delay(1);
          return [before, request.getStore()];
        },
      ]),
    );
    expect(stores).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
  });

  test("a callback in an object beside what goes in parts", async () => {
    const isolator = await useIsolator();
    const large = Buffer.alloc(4 * 1024 * 1024);
    const stores = await inTwo(() => isolator.invoke(LENDER, "callIn", [{ large, fn: () => request.getStore() }]));
    expect(stores).toEqual(["one", "two"]);
  });

  test("a kept function, after the call", async () => {
    const isolator = await useIsolator();
    await request.run("one", () => isolator.invoke(LENDER, "store", [keep(() => request.getStore())]));
    expect(await request.run("two", () => isolator.invoke(LENDER, "callStored"))).toBe("one");
  });

  test("the methods of one object that several calls lend", async () => {
    const isolator = await useIsolator();
    const services = remote({ whose: () => request.getStore() });
    expect(await inTwo(() => isolator.invoke(LENDER, "whose", [services]))).toEqual(["one", "two"]);
  });

  test("a generator, its end included", async () => {
    const isolator = await useIsolator();
    const ended: (string | undefined)[] = [];
    async function* stores() {
      try {
        for (;;) {
          await delay(0);
          yield request.getStore();
        }
      } finally {
        ended.push(request.getStore());
      }
    }
    expect(await inTwo(() => isolator.invoke(LENDER, "firstTwo", [stores()]))).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
    expect(ended.toSorted()).toEqual(["one", "two"]);
  });

  test("a web stream", async () => {
    const isolator = await useIsolator();
    const stream = (): ReadableStream =>
      new ReadableStream({ pull: (controller) => controller.enqueue(request.getStore()) }, { highWaterMark: 0 });
    expect(await inTwo(() => isolator.invoke(LENDER, "firstTwo", [stream()]))).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
  });

  test("a generator that a callback returns", async () => {
    const isolator = await useIsolator();
    const stores = await inTwo(() =>
      isolator.invoke(LENDER, "firstTwoOf", [
        async function* () {
          yield request.getStore();
          yield request.getStore();
        },
      ]),
    );
    expect(stores).toEqual([
      ["one", "one"],
      ["two", "two"],
    ]);
  });

  test("a callback of a call that waited for room", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    expect(await inTwo(() => isolator.invoke(LENDER, "call", [() => request.getStore()]))).toEqual(["one", "two"]);
  });

  test("a callback of a call that runs again after a crash", async () => {
    const isolator = await useIsolator();
    const stores = await request.run("one", () =>
      isolator.invoke(LENDER, "crashOnce", [() => request.getStore()], { idempotent: true }),
    );
    expect(stores).toBe("one");
    expect(isolator.generation).toBe(2);
  });

  test("a callback that the module lends to the host", async () => {
    const isolator = await useIsolator();
    const call = async (fn: () => Promise<unknown>): Promise<unknown> => fn();
    expect(await isolator.invoke(LENDER, "lendsItself", [call])).toBe("the module's");
  });
});

test("outside of any context there is none", async () => {
  const isolator = await useIsolator();
  expect(await isolator.invoke(LENDER, "call", [() => String(request.getStore())])).toBe("undefined");
});
