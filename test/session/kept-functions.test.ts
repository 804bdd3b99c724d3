import { describe, expect, test } from "vitest";
import { keep } from "../../src/inside/index.js";
import { rejection } from "../helpers/rejection.js";
import { settle, useSessionPair } from "./use-session-pair.js";

describe("keep(fn)", () => {
  test("lets a function be called after the call that it came with", async () => {
    const { caller } = await useSessionPair();
    await caller.call(
      "keepFunction",
      keep((a: number) => a + 1),
    );
    expect(await caller.call("callKept", 41)).toBe(42);
  });

  test("is not undone by a later call that cannot cross", async () => {
    const { caller } = await useSessionPair();
    const fn = keep(() => "still there");
    await caller.call("keepFunction", fn);
    const failure = await rejection(caller.call("ignore", [fn, Symbol("no")]));
    expect(failure).toMatchObject({ code: "NOT_SERIALIZABLE" });
    expect(await caller.call("describeKept")).toEqual({ value: "still there" });
  });

  test("keeps a function that was lent twice until both are released", async () => {
    const received: Array<{ (): Promise<unknown>; [Symbol.dispose](): void }> = [];
    const { caller, callee } = await useSessionPair({
      exports: { take: (fn) => void received.push(fn as never) },
    });
    const fn = keep(() => "still there");
    await caller.call("take", fn);
    await caller.call("take", fn);
    received[0]?.[Symbol.dispose]();
    await settle(caller, callee);
    expect(await received[1]?.()).toBe("still there");
    received[1]?.[Symbol.dispose]();
    await settle(caller, callee);
    expect(caller.session.lent).toBe(0);
  });

  test("fails clearly once it is released", async () => {
    const { caller, callee } = await useSessionPair();
    await caller.call(
      "keepFunction",
      keep(() => 1),
    );
    await caller.call("releaseKept");
    await settle(caller, callee);
    expect(await caller.call("describeKept")).toMatchObject({ code: "STOPPED" });
    expect(caller.session.lent).toBe(0);
  });

  test("a call of it settles when the session ends", async () => {
    const { caller, callee } = await useSessionPair();
    await caller.call(
      "keepFunction",
      keep(() => new Promise(() => {})),
    );
    const kept = caller.call("describeKept");
    kept.catch(() => {});
    // The callee waits for the caller's function when the caller goes.
    const received: unknown[] = [];
    const other = await useSessionPair({ exports: { take: (fn) => void received.push(fn) } });
    await other.caller.call(
      "take",
      keep(() => new Promise(() => {})),
    );
    const waiting = rejection((received[0] as () => Promise<unknown>)());
    await settle(other.caller, other.callee);
    other.caller.session.close(new Error("gone"));
    const winner = await Promise.race([
      waiting.then(() => "settled"),
      new Promise((resolve) => setTimeout(() => resolve("hangs"), 1_000)),
    ]);
    expect(winner).toBe("settled");
    caller.session.close(new Error("gone"));
    void callee;
  });
});
