import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { settle, useSessionPair } from "./use-session-pair.js";

describe.each([false, true])("a callback (shared memory: %s)", (sharedMemory) => {
  test("is awaited by the callee", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const result = await caller.call("callBackTimes", async (index: number) => index * 2, 20);
    expect(result).toEqual(Array.from({ length: 20 }, (_, index) => index * 2));
    expect(caller.session.lent).toBe(0);
  });

  test("takes and gives what no JSON can say", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const value = new Map<unknown, unknown>([[1n, new Set([undefined, Number.NaN, -0])]]);
    const received: unknown[] = [];
    const fn = (given: unknown) => {
      received.push(given);
      return given;
    };
    expect(await caller.call("callBack", fn, value)).toEqual(value);
    expect(received).toEqual([value]);
  });

  test("throws into the callee as itself", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const fn = () => {
      throw Object.assign(new TypeError("from the host"), { code: "E_HOST" });
    };
    expect(await caller.call("describeFailure", fn)).toMatchObject({
      isTypeError: true,
      message: "from the host",
      code: "E_HOST",
    });
  });

  test("that throws what no JSON can say throws that", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const failure = await rejection(caller.call("callBack", () => Promise.reject(5n)));
    expect(failure).toBe(5n);
  });

  test("that returns what cannot cross fails in the callee, which may say so", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const described = await caller.call("describeFailure", () => ({ a: { b: Symbol("no") } }));
    expect(described).toMatchObject({ code: "NOT_SERIALIZABLE", message: expect.stringContaining("a.b is a symbol") });
  });

  test("is called in order, and before the result that follows", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const order: unknown[] = [];
    order.push(await caller.call("callBackBlindly", (index: number) => void order.push(index), 300));
    expect(order).toEqual([...Array.from({ length: 300 }, (_, index) => index), "result"]);
  });

  test("with a large argument keeps its place before what follows", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const order: unknown[] = [];
    const fn = (value: unknown) => void order.push(typeof value === "string" ? value : "large");
    order.push(await caller.call("callBackWithBytes", fn, 300_000));
    expect(order).toEqual(["large", "small", "result"]);
  });

  test("may call the other side again, to any depth", async () => {
    const { caller } = await useSessionPair({ sharedMemory });
    const descend = async (depth: number): Promise<number> =>
      depth === 0 ? 0 : 1 + ((await caller.call("callBack", descend, depth - 1)) as number);
    expect(await descend(20)).toBe(20);
    expect(caller.session.lent).toBe(0);
  });

  test("may itself be given a callback", async () => {
    const { caller } = await useSessionPair({
      sharedMemory,
      exports: { both: async (fn) => (fn as (inner: unknown) => Promise<unknown>)((text: string) => `${text}!`) },
    });
    const fn = async (inner: (text: string) => Promise<string>) => inner("deep");
    expect(await caller.call("both", fn)).toBe("deep!");
  });

  test("may return a stream", async () => {
    const { caller } = await useSessionPair({
      sharedMemory,
      exports: {
        drain: async (fn) => {
          const items: unknown[] = [];
          for await (const item of await (fn as () => Promise<AsyncIterable<unknown>>)()) items.push(item);
          return items;
        },
      },
    });
    async function* three() {
      yield* [1, 2, 3];
    }
    expect(await caller.call("drain", () => three())).toEqual([1, 2, 3]);
  });

  test("fails clearly when it is called after its call", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory });
    await caller.call("keepFunction", () => 1);
    await settle(caller, callee);
    const described = (await caller.call("describeKept")) as { code: string; message: string };
    expect(described.code).toBe("STOPPED");
    expect(described.message).toContain("keep()");
    expect(caller.session.lent).toBe(0);
  });

  test("given twice in one call is one function there", async () => {
    const { caller } = await useSessionPair({
      sharedMemory,
      exports: { same: (a, b) => a === (b as { fn: unknown }).fn },
    });
    const fn = () => 1;
    expect(await caller.call("same", fn, { fn })).toBe(true);
  });
});
