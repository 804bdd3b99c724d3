import { describe, expect, test } from "vitest";
import { useFlakyNode } from "../helpers/fake-child.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const deaths = fixture("deaths.mjs");

describe("data", () => {
  const isolator = useSharedIsolator({ restart: { maxRestarts: 100, backoff: { initialMs: 1, maxMs: 1 } } });

  test.each([["text"], [0], [false], [null], [[1, { a: null }]], [{ nested: { deep: [true] } }]])(
    "%j is read as it was stored",
    async (value) => {
      await isolator().setData("value", value);
      expect(await isolator().getData("value")).toEqual(value);
    },
  );

  test("that was never stored is undefined", async () => {
    expect(await isolator().getData("never stored")).toBeUndefined();
    expect(await isolator().getData("__proto__")).toBeUndefined();
    expect(await isolator().getData("toString")).toBeUndefined();
  });

  test("is what was stored last", async () => {
    await isolator().setData("counter", 1);
    await isolator().setData("counter", 2);
    expect(await isolator().getData("counter")).toBe(2);
  });

  test("survives crashes", async () => {
    await isolator().setData("kept", { since: "the first" });
    await isolator().setData("odd name \u{1f600}", [1]);
    for (let crash = 0; crash < 2; crash += 1) {
      await rejection(isolator().invoke(deaths, "kill", ["SIGKILL"]));
      expect(await isolator().getData("kept")).toEqual({ since: "the first" });
      expect(await isolator().getData("odd name \u{1f600}")).toEqual([1]);
    }
  });

  test("stored while the process is down is there in the next", async () => {
    await rejection(isolator().invoke(deaths, "exit", [1]));
    expect(isolator().state).toBe("restarting");
    await isolator().setData("stored while down", true);
    expect(await isolator().getData("stored while down")).toBe(true);
    await rejection(isolator().invoke(deaths, "exit", [1]));
    expect(await isolator().getData("stored while down")).toBe(true);
  });

  test("stored again while the process dies is there in the next", async () => {
    for (let round = 0; round < 5; round += 1) {
      const stored = [1, 2, 3].map((count) => isolator().setData("again", `${round}.${count}`));
      process.kill(isolator().pid, "SIGKILL");
      await Promise.all(stored);
      expect(await isolator().getData("again")).toBe(`${round}.3`);
    }
  });

  test("is what was stored last, whichever process takes over meanwhile", async () => {
    const replaced = await useIsolator({ recycle: { afterCalls: 1 }, standby: 1 });
    let isOver = false;
    const replacing = (async () => {
      while (!isOver) await replaced.invoke("node:path", "basename", ["/a"]);
    })();
    const store = async (name: string): Promise<void> => {
      for (let count = 0; count < 150; count += 1) {
        await replaced.setData(name, count);
        expect(await replaced.getData(name)).toBe(count);
      }
    };
    await Promise.all(["a", "b", "c", "d"].map(store));
    isOver = true;
    await replacing;
  });

  test("does not follow later changes of what was stored", async () => {
    const value = { count: 1 };
    const stored = isolator().setData("copy", value);
    value.count = 2;
    await stored;
    expect(await isolator().getData("copy")).toEqual({ count: 1 });
  });

  test("that cannot cross is NOT_SERIALIZABLE, and the old value stays", async () => {
    await isolator().setData("stays", 1);
    const error = await isolationError(isolator().setData("stays", { key: Symbol("secret") }));
    expect(error.code).toBe("NOT_SERIALIZABLE");
    expect(error.message).toContain("value.key");
    expect(await isolator().getData("stays")).toBe(1);
  });

  test.each([[""], [7], [undefined], ["a\0b"]])("refuses %j as a name", async (name) => {
    expect((await isolationError(isolator().setData(name as never, 1))).code).toBe("INVALID_OPTION");
    expect((await isolationError(isolator().getData(name as never))).code).toBe("INVALID_OPTION");
  });

  test("survives starts that fail", async () => {
    const flaky = await useIsolator({
      execPath: useFlakyNode([2]),
      restart: { backoff: { initialMs: 1, maxMs: 1 } },
    });
    await flaky.setData("kept", 1);
    await rejection(flaky.invoke(deaths, "exit", [1]));
    expect(await flaky.getData("kept")).toBe(1);
    expect(flaky.generation).toBe(3);
  });
});

describe("status", () => {
  const isolator = useSharedIsolator({ name: "measured", execArgv: ["--max-old-space-size=200"] });

  test("tells plausible facts", async () => {
    await isolator().invoke(fixture("values.mjs"), "add", [1, 2]);
    await rejection(isolator().invoke(fixture("errors.mjs"), "custom"));
    const status = await isolator().status();
    expect(status).toMatchObject({
      isolate: "measured",
      pid: isolator().pid,
      generation: 1,
      state: "ready",
      callsInFlight: 0,
      callsDone: 1,
      callsFailed: 1,
      restarts: 0,
      runtimeVersion: process.version,
      limits: {},
    });
    const mebibyte = 2 ** 20;
    expect(status.uptimeMs).toBeGreaterThan(20);
    expect(status.uptimeMs).toBeLessThan(60_000);
    expect(status.rssBytes).toBeGreaterThan(20 * mebibyte);
    expect(status.heapUsedBytes).toBeGreaterThan(mebibyte);
    expect(status.heapUsedBytes).toBeLessThan(status.heapLimitBytes);
    expect(status.heapLimitBytes / mebibyte).toBeGreaterThanOrEqual(200);
    expect(status.heapLimitBytes / mebibyte).toBeLessThan(500);
    expect(status.cpuSeconds).toBeGreaterThan(0);
    expect(status.cpuSeconds).toBeLessThan(60);
    expect(status.eventLoopLagMs).toBeGreaterThanOrEqual(0);
  });

  test("shows a blocked event loop", async () => {
    await isolator().status();
    // The measurement's own timer has to fire between a reading and the next block.
    await isolator().invoke(fixture("waits.mjs"), "later", [100]);
    await isolator().invoke(fixture("waits.mjs"), "spin", [300]);
    expect((await isolator().status()).eventLoopLagMs).toBeGreaterThan(100);
  });

  test("counts anew in each generation", async () => {
    const own = await useIsolator();
    await own.invoke(fixture("values.mjs"), "add", [1, 2]);
    const before = await own.status();
    await rejection(own.invoke(deaths, "exit", [1]));
    const after = await own.status();
    expect(after).toMatchObject({ generation: 2, restarts: 1, callsDone: 0, pid: own.pid });
    expect(after.uptimeMs).toBeLessThan(before.uptimeMs + 5_000);
  });
});
