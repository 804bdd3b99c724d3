import { describe, expect, test } from "vitest";
import { hasNoGo, useGoProgram } from "../go/go-program.js";
import { isolationError } from "../helpers/rejection.js";
import { kernelFixture, useKernel } from "./use-kernel.js";

type Store = typeof import("../fixtures/kernel/store.mjs");

/** The program in `test/go/fixture`. */
interface Caller {
  use(target: string, path: string, args: unknown[]): unknown;
  sumOfRows(count: number): number;
  handOn(): unknown;
}

describe.skipIf(hasNoGo)("an isolate in Go", () => {
  const program = useGoProgram();
  const usePair = async (uses: object = { store: "*" }, host: Record<string, unknown> = {}) => {
    const store = { module: kernelFixture("store.mjs") };
    const kernel = await useKernel(
      { isolates: { store, caller: { module: "./program", ...program(), uses } } } as never,
      { host },
    );
    return { kernel, caller: kernel.isolate<Caller>("caller"), store: kernel.isolate<Store>("store") };
  };

  test("calls one in JavaScript, and reads its streams", async () => {
    const { caller, store } = await usePair();
    expect(await caller.api.use("store", "nested.deep.add", [3, 4])).toBe(7);
    expect(await caller.api.use("store", "pid", [])).toBe(await store.api.pid());
    expect(await caller.api.sumOfRows(2_000)).toBe((2_000 * 1_999) / 2);
  });

  test("calls functions of the host", async () => {
    const { caller } = await usePair({ "host.log": ["info"] }, { log: { info: (line: string) => `logged ${line}` } });
    expect(await caller.api.use("host.log", "info", ["hello"])).toBe("logged hello");
  });

  test("hands on what is left of a call's time, and its trace", async () => {
    const { kernel } = await usePair();
    const { api } = kernel.isolate<Caller>("caller", { timeoutMs: 20_000, trace: { traceparent: "outer" } });
    const { left, trace } = (await api.use("store", "context", [])) as { left: number; trace: object };
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(20_000);
    expect(trace).toEqual({ traceparent: "outer" });
  });

  test("is refused what it was not granted, and lends nothing on", async () => {
    const { caller } = await usePair({ store: ["each"] });
    const error = await isolationError(caller.api.use("store", "add", [1, 2]));
    expect(error.code).toBe("NOT_GRANTED");
    expect(error.message).toContain("caller may not call add of store");
    expect((await isolationError(caller.api.handOn())).code).toBe("NOT_GRANTED");
  });

  test("is told of the death of what it called, and calls the next process", async () => {
    const { caller } = await usePair();
    const error = await isolationError(caller.api.use("store", "die", []));
    expect(error).toMatchObject({ code: "CRASHED", facts: { isolate: "store", signal: "SIGKILL" } });
    expect(await caller.api.use("store", "add", [1, 1])).toBe(2);
  });
});
