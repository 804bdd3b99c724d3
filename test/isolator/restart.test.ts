import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { useFlakyNode } from "../helpers/fake-child.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent, recordEvents } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolator } from "../helpers/use-isolator.js";

const deaths = fixture("deaths.mjs");
const quickly = { backoff: { initialMs: 1, maxMs: 1 } };

describe("after a crash", () => {
  test("the next call on the same handle runs in a new process", async () => {
    const isolator = await useIsolator({ name: "phoenix" });
    const before = { pid: isolator.pid, address: isolator.address };
    await rejection(isolator.invoke(deaths, "exit", [3]));
    const pid = await isolator.invoke(deaths, "pid");
    expect(pid).not.toBe(before.pid);
    expect(isolator).toMatchObject({ name: "phoenix", pid, generation: 2, state: "ready" });
    expect(isolator.address).not.toBe(before.address);
    expect(existsSync(before.address)).toBe(false);
    expect(await isolator.status()).toMatchObject({ pid, generation: 2, restarts: 1, state: "ready" });
  });

  test("events tell the story in order", async () => {
    const isolator = await useIsolator({ name: "story" });
    const events = recordEvents(isolator);
    const [first] = [isolator.pid];
    await isolator.invoke(deaths, "pid");
    await rejection(isolator.invoke(deaths, "exit", [3]));
    const second = await isolator.invoke(deaths, "pid");
    expect(events).toEqual([
      { name: "started", isolate: "story", generation: 1, pid: first },
      {
        name: "exited",
        isolate: "story",
        generation: 1,
        pid: first,
        willRestart: true,
        outcome: expect.objectContaining({ kind: "exited", code: 3, reason: "exit" }),
      },
      { name: "restarting", isolate: "story", generation: 2, delayMs: 0, restarts: 1 },
      { name: "restarted", isolate: "story", generation: 2, pid: second, restarts: 1 },
    ]);
  });

  test("calls that are made while it is down wait for the next generation", async () => {
    const isolator = await useIsolator();
    await rejection(isolator.invoke(deaths, "exit", [1]));
    expect(isolator.state).toBe("restarting");
    const pids = await Promise.all([1, 2, 3].map(() => isolator.invoke(deaths, "pid")));
    expect(new Set(pids)).toEqual(new Set([isolator.pid]));
    expect(isolator.generation).toBe(2);
  });

  test("calls that waited for room were not handed over, and run in the next generation", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const running = isolationError(isolator.invoke(deaths, "exit", [1]));
    const waiting = isolator.invoke(deaths, "pid");
    expect((await running).facts.attempts).toBe(1);
    expect(await waiting).toBe(isolator.pid);
    expect(isolator.generation).toBe(2);
  });

  test.skipIf(process.platform === "win32")(
    "a call that is made once the process is dead goes to the next generation, even if nobody has noticed yet",
    async () => {
      const isolator = await useIsolator();
      const { pid } = isolator;
      await isolator.invoke(deaths, "pid");
      process.kill(pid, "SIGKILL");
      // Without a turn of the event loop: the isolator cannot have heard of it.
      while (isAlive(pid));
      expect(isolator.state).toBe("ready");
      expect(await isolator.invoke(deaths, "pid")).not.toBe(pid);
      expect(isolator.generation).toBe(2);
    },
  );

  test("each generation in a row answers", async () => {
    const isolator = await useIsolator();
    const pids = new Set<number>();
    for (let generation = 1; generation <= 5; generation += 1) {
      pids.add(await isolator.invoke(deaths, "pid"));
      expect(isolator.generation).toBe(generation);
      await rejection(isolator.invoke(deaths, "kill", ["SIGKILL"]));
    }
    await isolator.invoke(deaths, "pid");
    expect(pids.size).toBe(5);
  });

  test("waitForExit does not take a restart for an exit", async () => {
    const isolator = await useIsolator();
    await rejection(isolator.invoke(deaths, "exit", [1]));
    await isolator.invoke(deaths, "pid");
    expect((await isolationError(isolator.waitForExit({ timeoutMs: 1 }))).code).toBe("DEADLINE_EXCEEDED");
  });
});

describe("the budget", () => {
  test("spent, the isolator is down: waiting and later calls reject with RESTARTS_EXHAUSTED", async () => {
    const isolator = await useIsolator({ name: "spent", maxInFlight: 1, restart: { maxRestarts: 1, ...quickly } });
    const events = recordEvents(isolator);
    await rejection(isolator.invoke(deaths, "exit", [5]));
    const running = isolationError(isolator.invoke(deaths, "exit", [6]));
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    expect((await running).code).toBe("CRASHED");
    const later = isolationError(isolator.invoke(deaths, "pid"));
    for (const error of [await waiting, await later, await isolationError(isolator.status())]) {
      expect(error.code).toBe("RESTARTS_EXHAUSTED");
      expect(error.message).toContain("1 restarts within 60000 ms");
      expect(error.message).toContain("exited with code 6");
      expect(error.facts).toMatchObject({ isolate: "spent", exitCode: 6, reason: "exit", restarts: 1, generation: 2 });
    }
    expect(isolator.state).toBe("stopped");
    expect(await isolator.waitForExit()).toMatchObject({ kind: "exited", code: 6, reason: "exit", forced: false });
    const outcome = expect.objectContaining({ code: 6 });
    expect(events.slice(-2)).toMatchObject([
      { name: "exited", generation: 2, willRestart: false, outcome },
      { name: "restartsExhausted", isolate: "spent", generation: 2, restarts: 1, outcome },
    ]);
  });

  test("is not touched by an exit that was asked for", async () => {
    const isolator = await useIsolator({ restart: { maxRestarts: 1, ...quickly } });
    const events = recordEvents(isolator);
    await isolator.shutdown();
    expect(events.map(({ name }) => name)).not.toContain("restartsExhausted");
  });

  test("heals: old restarts leave the window", async () => {
    const isolator = await useIsolator({ restart: { maxRestarts: 1, withinMs: 300, ...quickly } });
    for (let round = 0; round < 3; round += 1) {
      await rejection(isolator.invoke(deaths, "exit", [1]));
      await isolator.invoke(deaths, "pid");
      const restartedAt = performance.now();
      await until(() => performance.now() - restartedAt > 320);
    }
    expect(isolator.generation).toBe(4);
  });

  test("bounds a crash loop that nobody calls, with growing waits between the starts", async () => {
    const isolator = await useIsolator({
      restart: { maxRestarts: 4, backoff: { initialMs: 20, factor: 2, maxMs: 1_000, jitter: 0 } },
    });
    const events = recordEvents(isolator);
    isolator.events.on("restarted", ({ pid }) => process.kill(pid, "SIGKILL"));
    process.kill(isolator.pid, "SIGKILL");
    await isolator.waitForExit();
    const delays = events.flatMap((event) => (event.name === "restarting" ? [event.delayMs] : []));
    expect(delays).toEqual([20, 40, 80, 160]);
    expect(events.at(-1)?.name).toBe("restartsExhausted");
  });
});

describe("a later start that fails", () => {
  test("is tried again within the budget, and the calls wait through it", async () => {
    const isolator = await useIsolator({ execPath: useFlakyNode([2, 3]), restart: { maxRestarts: 4, ...quickly } });
    const events = recordEvents(isolator);
    await rejection(isolator.invoke(deaths, "exit", [1]));
    expect(await isolator.invoke(deaths, "pid")).toBe(isolator.pid);
    expect(isolator.generation).toBe(4);
    expect(events.slice(2)).toMatchObject([
      { name: "restarting", generation: 2, restarts: 1 },
      { name: "startFailed", generation: 2, willRetry: true, error: { code: "START_FAILED", facts: { exitCode: 42 } } },
      { name: "restarting", generation: 3, restarts: 2 },
      { name: "startFailed", generation: 3, willRetry: true },
      { name: "restarting", generation: 4, restarts: 3 },
      { name: "restarted", generation: 4, restarts: 3 },
    ]);
  });

  test("again and again spends the budget, and is what the calls hear", async () => {
    const isolator = await useIsolator({ execPath: useFlakyNode([2, 3]), restart: { maxRestarts: 2, ...quickly } });
    const events = recordEvents(isolator);
    await rejection(isolator.invoke(deaths, "exit", [1]));
    const error = await isolationError(isolator.invoke(deaths, "pid"));
    expect(error).toMatchObject({ code: "RESTARTS_EXHAUSTED", facts: { exitCode: 42, reason: "start-failed" } });
    expect(error.message).toContain("exited with code 42");
    expect(await isolator.waitForExit()).toMatchObject({ kind: "exited", code: 42, reason: "start-failed" });
    expect(events.slice(-2)).toMatchObject([{ name: "startFailed", willRetry: false }, { name: "restartsExhausted" }]);
  });
});

describe("a later process that says ready and then never answers", () => {
  // It ends by itself in the end, so that a defect costs seconds and no more.
  const deaf =
    "hello({ sessionOnDescriptor: true }); awaitGo(); say({ ready: {} }); setTimeout(() => process.exit(), 6_000);";

  test("is replaced as unresponsive, and data and calls reach the next", async () => {
    const execPath = useFlakyNode([2], deaf);
    const isolator = await useIsolator({ execPath, unresponsiveAfterMs: 500, restart: quickly });
    await isolator.setData("kept", 1);
    await rejection(isolator.invoke(deaths, "exit", [1]));
    expect(await Promise.race([isolator.getData("kept"), rejectAfter(4_000)])).toBe(1);
    expect(isolator.generation).toBe(3);
  });

  test("does not hold up a stop", async () => {
    const isolator = await useIsolator({ execPath: useFlakyNode([2], deaf), restart: quickly });
    await isolator.setData("kept", 1);
    const restarting = nextEvent(isolator, "restarting");
    await rejection(isolator.invoke(deaths, "exit", [1]));
    await restarting;
    await sleep(300);
    await Promise.race([isolator.terminate(), rejectAfter(4_000)]);
    expect(isolator.state).toBe("stopped");
  });
});

async function rejectAfter(ms: number): Promise<never> {
  await sleep(ms);
  throw new Error(`not within ${ms} ms`);
}
