import { describe, expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { noPython } from "../python/use-python.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

type Store = typeof import("../fixtures/kernel/store.mjs");
type NodeCaller = typeof import("../fixtures/kernel/caller.mjs");

/** `caller.py`. */
interface Caller {
  store_had_started(): boolean;
  pid(): number;
  call(target: string, path: string, args?: unknown[], options?: object): unknown;
  call_later(target: string, path: string, args?: unknown[], options?: object): unknown;
  sum_of_rows(count: number): number;
  sum_of_rows_later(count: number): number;
  first_row(): number;
  rows(count: number): AsyncIterable<{ index: number }>;
  doubled(count: number): number[];
  collected(): string[];
  counted_to(count: number): number;
  failure(): string[];
  hand_on_member(): unknown;
  hand_on_proxy(): unknown;
  wait(): unknown;
  wait_later(): unknown;
}

interface Context {
  readonly left: number | null;
  readonly trace: Record<string, string>;
}

const STORE = kernelFixture("store.mjs");
const CALLER = kernelFixture("caller.py");

/** A store in JavaScript, and a caller in Python. */
async function usePair(uses: object = { store: "*" }, host: Record<string, unknown> = {}) {
  const isolates = { store: { module: STORE }, caller: { module: CALLER, runtime: "python", uses } };
  const kernel = await useKernel({ isolates } as never, { host });
  return { kernel, caller: kernel.isolate<Caller>("caller"), store: kernel.isolate<Store>("store") };
}

describe.skipIf(noPython)("an isolate in Python", () => {
  test.each(["call", "call_later"] as const)("calls one in JavaScript, by %s", async (method) => {
    const { caller, store } = await usePair();
    expect(await caller.api[method]("store", "add", [1, 2])).toBe(3);
    expect(await caller.api[method]("store", "nested.deep.add", [3, 4])).toBe(7);
    expect(await caller.api[method]("store", "pid")).toBe(await store.api.pid());
    const value = new Map<unknown, unknown>([[1, new Set(["a"])]]);
    expect(await caller.api[method]("store", "echo", [value])).toEqual(value);
  });

  test("is started after what it uses, which its start() may call", async () => {
    const { caller } = await usePair();
    expect(await caller.api.store_had_started()).toBe(true);
  });

  test("reads streams, and is read through", async () => {
    const { caller, store } = await usePair();
    expect(await caller.api.sum_of_rows(5_000)).toBe((5_000 * 4_999) / 2);
    expect(await caller.api.sum_of_rows_later(5_000)).toBe((5_000 * 4_999) / 2);
    let sum = 0;
    for await (const { index } of caller.api.rows(1_000)) sum += index;
    expect(sum).toBe((1_000 * 999) / 2);
    expect(await caller.api.first_row()).toBe(0);
    await expect.poll(() => store.api.seen()).toBe("closed");
  });

  test("lends functions and streams, and borrows live objects", async () => {
    const { caller } = await usePair();
    expect(await caller.api.doubled(3)).toEqual([0, 2, 4]);
    expect(await caller.api.collected()).toEqual(["a", "b"]);
    expect(await caller.api.counted_to(3)).toBe(3);
  });

  test("is told errors with their fields and causes", async () => {
    const { caller } = await usePair();
    expect(await caller.api.failure()).toEqual(["RemoteError", "RangeError: out of stock", "a-1", "Error: none left"]);
  });

  test("hands on what is left of a call's time, and its trace", async () => {
    const { kernel } = await usePair();
    const { api } = kernel.isolate<Caller>("caller", { timeoutMs: 20_000, trace: { traceparent: "outer" } });
    for (const method of ["call", "call_later"] as const) {
      const { left, trace } = (await api[method]("store", "context")) as Context;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(20_000);
      expect(trace).toEqual({ traceparent: "outer" });
      const own = (await api[method]("store", "context", [], { timeout: 0.5, trace: { own: "1" } })) as Context;
      expect(own.left).toBeLessThanOrEqual(500);
      expect(own.trace).toEqual({ own: "1" });
      const late = await isolationError(api[method]("store", "untilCancelled", [], { timeout: 0.05 }));
      expect(late.code).toBe("DEADLINE_EXCEEDED");
    }
  });

  test("is refused what it was not granted, as any other", async () => {
    const { caller } = await usePair({ store: ["add", "hasStarted"] });
    expect(await caller.api.call("store", "add", [1, 2])).toBe(3);
    for (const [target, method] of [
      ["store", "echo"],
      ["other", "add"],
      ["host", "clock"],
      ["caller", "pid"],
    ] as const) {
      const error = await isolationError(caller.api.call(target, method));
      expect(error.code).toBe("NOT_GRANTED");
      expect(error.message).toContain("caller may not");
      expect(error.message).toContain("would grant");
    }
  });

  test("calls functions of the host", async () => {
    const lines: string[] = [];
    const host = { log: { info: (line: string) => void lines.push(line) }, clock: () => 42 };
    const { caller } = await usePair({ store: "*", "host.log": ["info"], host: ["clock"] }, host);
    expect(await caller.api.call("host", "clock")).toBe(42);
    expect(await caller.api.call_later("host.log", "info", ["hello"])).toBeNull();
    expect(lines).toEqual(["hello"]);
  });

  test.each(["hand_on_member", "hand_on_proxy"] as const)(
    "hands on what was granted nowhere, by %s",
    async (method) => {
      const { caller } = await usePair();
      const error = await isolationError(caller.api[method]());
      expect(error.code).toBe("NOT_GRANTED");
      expect(error.message).toContain("handOn: true");
    },
  );

  test("hands on what was granted where the manifest says so", async () => {
    const { caller } = await usePair({ store: { exports: "*", handOn: true } });
    expect(await caller.api.hand_on_member()).toHaveLength(1);
  });

  test("is told of the death of what it called, and calls the next process", async () => {
    const { kernel, caller } = await usePair();
    const restarted = nextOf(kernel, "store", "restarted");
    const error = await isolationError(caller.api.call("store", "die"));
    expect(error.code).toBe("CRASHED");
    expect(error.facts).toMatchObject({ isolate: "store", signal: "SIGKILL", generation: 1 });
    expect(await caller.api.call("store", "add", [1, 1])).toBe(2);
    expect((await restarted).generation).toBe(2);
  });

  test.each(["wait", "wait_later"] as const)("that dies cancels what it had asked for, by %s", async (method) => {
    const { caller, store } = await usePair();
    const waiting = isolationError(caller.api[method]());
    await expect.poll(() => store.api.seen()).toBe("waiting");
    process.kill(await caller.api.pid(), "SIGKILL");
    expect((await waiting).code).toBe("CRASHED");
    await expect.poll(() => store.api.seen()).toBe("CANCELLED");
    expect(await caller.api.call("store", "add", [1, 1])).toBe(2);
  });
});

describe.skipIf(noPython)("an isolate in Python that another one uses", () => {
  const useStore = async () => {
    const store = { module: kernelFixture("store.py"), runtime: "python" };
    const caller = { module: kernelFixture("caller.mjs"), uses: { store: "*" } };
    const kernel = await useKernel({ isolates: { store, caller } } as never);
    return { kernel, caller: kernel.isolate<NodeCaller>("caller"), store: kernel.isolate<Store>("store") };
  };

  test("is called like one in JavaScript, with streams and callbacks", async () => {
    const { caller } = await useStore();
    expect(await caller.api.call("store", "add", [1, 2])).toBe(3);
    expect(await caller.api.call("store", "echo", [new Map([[1n, "a"]])])).toEqual(new Map([[1n, "a"]]));
    expect(await caller.api.sumOfRows(2_000)).toBe((2_000 * 1_999) / 2);
    expect(await caller.api.doubled(3)).toEqual([0, 2, 4]);
    expect(await caller.api.collected()).toEqual(["a", "b"]);
  });

  test("has the time and the trace of its caller's call", async () => {
    const { kernel } = await useStore();
    const { api } = kernel.isolate<NodeCaller>("caller", { timeoutMs: 20_000, trace: { traceparent: "outer" } });
    const { left, trace } = (await api.call("store", "context")) as Context;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(20_000);
    expect(trace).toEqual({ traceparent: "outer" });
  });

  test("may die: its caller is told, and calls the next process", async () => {
    const { caller } = await useStore();
    const error = await isolationError(caller.api.call("store", "die"));
    expect(error).toMatchObject({ code: "CRASHED", facts: { isolate: "store", signal: "SIGKILL" } });
    expect(await caller.api.call("store", "add", [1, 1])).toBe(2);
  });

  test("hears of the death of its caller", async () => {
    const { caller, store } = await useStore();
    const waiting = isolationError(caller.api.wait());
    await expect.poll(() => store.api.seen()).toBe("waiting");
    process.kill(await caller.api.pid(), "SIGKILL");
    expect((await waiting).code).toBe("CRASHED");
    await expect.poll(() => store.api.seen()).toBe("CANCELLED");
  });
});
