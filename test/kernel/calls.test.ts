import { join } from "node:path";
import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

type Caller = typeof import("../fixtures/kernel/caller.mjs");
type Store = typeof import("../fixtures/kernel/store.mjs");

const STORE = kernelFixture("store.mjs");
const CALLER = kernelFixture("caller.mjs");

const usePair = async (uses: object = { store: "*" }) => {
  const kernel = await useKernel({ isolates: { store: { module: STORE }, caller: { module: CALLER, uses } as never } });
  return { kernel, caller: kernel.isolate<Caller>("caller"), store: kernel.isolate<Store>("store") };
};

test("an isolate calls another as if it were a module", async () => {
  const { caller, store } = await usePair();
  expect(await caller.api.call("store", "add", [1, 2])).toBe(3);
  expect(await caller.api.call("store", "nested.deep.add", [3, 4])).toBe(7);
  expect(await caller.api.call("store", "hasStarted")).toBe(true);
  expect(await caller.api.call("store", "pid")).toBe(await store.api.pid());
  expect(await caller.api.pid()).not.toBe(await store.api.pid());
});

test.each([
  ["a Map", new Map([[1n, new Set(["a"])]])],
  ["a date", new Date(0)],
  ["undefined in a list", [undefined, null]],
  ["bytes", new Uint8Array(100_000).fill(3)],
  ["a cycle", Object.assign(Object.create(Object.prototype), { list: [] as unknown[] })],
])("%s crosses whole", async (_, value) => {
  const { caller } = await usePair();
  if (typeof value === "object" && "list" in value) value.list.push(value);
  expect(await caller.api.call("store", "echo", [value])).toEqual(value);
});

test("large bytes cross both ways", async () => {
  const { caller } = await usePair();
  const bytes = (await caller.api.call("store", "bytes", [8 * 1024 * 1024])) as Uint8Array;
  expect(bytes.length).toBe(8 * 1024 * 1024);
  expect(bytes.at(-1)).toBe(7);
  const back = (await caller.api.call("store", "echo", [bytes])) as Uint8Array;
  expect(Buffer.compare(back, bytes)).toBe(0);
});

test("errors arrive as themselves", async () => {
  const { caller } = await usePair();
  expect(await caller.api.failure()).toEqual({
    isRangeError: true,
    message: "out of stock",
    sku: "a-1",
    cause: "none left",
  });
});

test("streams are read within an isolate, and through it", async () => {
  const { caller } = await usePair();
  expect(await caller.api.sumOfRows(5_000)).toBe((5_000 * 4_999) / 2);
  let sum = 0;
  for await (const row of caller.api.rows(1_000)) sum += (row as { index: number }).index;
  expect(sum).toBe((1_000 * 999) / 2);
});

test("a stream that is left ends at its source", async () => {
  const { caller, store } = await usePair();
  expect(await caller.api.firstRow()).toBe(0);
  let seen: unknown;
  while (seen !== "closed") seen = await store.api.seen();
});

test("callbacks, streams and live objects are lent to the other isolate", async () => {
  const { caller } = await usePair();
  expect(await caller.api.doubled(3)).toEqual([0, 2, 4]);
  expect(await caller.api.collected()).toEqual(["a", "b"]);
  expect(await caller.api.countedTo(3)).toBe(3);
});

test("what is left of a call's time is what the calls within it have", async () => {
  const { kernel } = await usePair();
  const { api } = kernel.isolate<Caller>("caller", { timeoutMs: 20_000 });
  const { left } = (await api.call("store", "context")) as { left: number };
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(20_000);
  const own = (await api.call("store", "context", [], { timeoutMs: 500 })) as { left: number };
  expect(own.left).toBeLessThanOrEqual(500);
  const late = await isolationError(api.call("store", "untilCancelled", [], { timeoutMs: 50 }));
  expect(late.code).toBe("DEADLINE_EXCEEDED");
});

test("a function of the host that does not answer is waited for until the deadline", async () => {
  const kernel = await useKernel(
    { isolates: { caller: { module: CALLER, uses: { "host.clock": "*" } } } },
    { host: { clock: { never: () => new Promise(() => {}), now: async () => 1 } } },
  );
  const { api } = kernel.isolate<Caller>("caller");
  const error = await isolationError(api.call("host.clock", "never", [], { timeoutMs: 50 }));
  expect(error.code).toBe("DEADLINE_EXCEEDED");
  expect(error.message).toContain("host.clock.never");
  expect(await api.call("host.clock", "now", [], { timeoutMs: 10_000 })).toBe(1);
});

test("the trace goes along, unless a call has its own", async () => {
  const { kernel } = await usePair();
  const { api } = kernel.isolate<Caller>("caller", { trace: { traceparent: "outer" } });
  expect(await api.call("store", "context")).toMatchObject({ trace: { traceparent: "outer" } });
  expect(await api.call("store", "context", [], { trace: { traceparent: "own" } })).toMatchObject({
    trace: { traceparent: "own" },
  });
});

test("a signal cancels the call there", async () => {
  const { caller, store } = await usePair();
  const error = await isolationError(caller.api.cancelled());
  expect(error.code).toBe("CANCELLED");
  let seen: unknown;
  while (seen !== "CANCELLED") seen = await store.api.seen();
});

test("a call that is cancelled cancels what it waits for, through two isolates, and may tidy up", async () => {
  const kernel = await useKernel({
    isolates: {
      store: { module: kernelFixture("store.mjs") },
      nearer: { module: kernelFixture("caller.mjs"), uses: { store: "*" } },
      farther: { module: kernelFixture("caller.mjs"), uses: { nearer: "*" } },
    },
  });
  const store = kernel.isolate<Store>("store");
  const cancelOnceItWaits = async (
    isolate: string,
    method: "wait" | "waitBeyond" | "waitOnItsOwn" | "waitAndTidyUp",
  ) => {
    await store.api.forgetSeen();
    const cancel = new AbortController();
    const waiting = isolationError(kernel.isolate<Caller>(isolate, { signal: cancel.signal }).api[method]());
    while ((await store.api.seen()) !== "waiting");
    cancel.abort();
    expect((await waiting).code).toBe("CANCELLED");
  };
  await cancelOnceItWaits("farther", "waitBeyond");
  while ((await store.api.seen()) !== "CANCELLED");
  await cancelOnceItWaits("nearer", "waitAndTidyUp");
  while ((await store.api.get("end")) !== "CANCELLED");
  await cancelOnceItWaits("nearer", "waitOnItsOwn");
  await kernel.isolate<Caller>("nearer").api.call("store", "get", ["end"]);
  expect(await store.api.seen()).toBe("waiting");
});

test("a caller that dies cancels what it had asked for", async () => {
  const { kernel, caller, store } = await usePair();
  const waiting = isolationError(caller.api.wait());
  while ((await store.api.seen()) !== "waiting");
  process.kill(await caller.api.pid(), "SIGKILL");
  expect((await waiting).code).toBe("CRASHED");
  let seen: unknown;
  while (seen !== "CANCELLED") seen = await store.api.seen();
  expect(kernel.list().map(({ name, generation }) => [name, generation])).toEqual([
    ["store", 1],
    ["caller", expect.any(Number)],
  ]);
});

test("a call whose callee dies is settled once, with the whole story, and the next one waits for the next process", async () => {
  const { kernel, caller } = await usePair();
  const restarted = nextOf(kernel, "store", "restarted");
  const error = await isolationError(caller.api.call("store", "die"));
  expect(error.code).toBe("CRASHED");
  expect(error.facts).toMatchObject({ isolate: "store", signal: "SIGKILL", generation: 1 });
  expect(await caller.api.call("store", "add", [1, 1])).toBe(2);
  expect((await restarted).generation).toBe(2);
});

test("an idempotent call runs again in the next process", async () => {
  const { caller } = await usePair();
  const file = join(useDirectory(), "died");
  expect(await caller.api.call("store", "dieOnce", [file], { idempotent: true })).toBe(2);
});

test("both ends may die", async () => {
  const { caller, store } = await usePair();
  const waiting = isolationError(caller.api.wait());
  while ((await store.api.seen()) !== "waiting");
  process.kill(await store.api.pid(), "SIGKILL");
  process.kill(await caller.api.pid(), "SIGKILL");
  expect((await waiting).code).toBe("CRASHED");
  expect(await caller.api.call("store", "add", [2, 2])).toBe(4);
});

test("the end of the kernel settles what runs between isolates", async () => {
  const { kernel, caller, store } = await usePair();
  const waiting = isolationError(caller.api.wait());
  while ((await store.api.seen()) !== "waiting");
  await kernel.shutdown({ graceMs: 50 });
  expect((await waiting).code).toBe("STOPPED");
});

test("64 at once are each answered once", async () => {
  const { caller } = await usePair();
  expect(await caller.api.hammer(5_000, 64)).toBe(5_000);
});
