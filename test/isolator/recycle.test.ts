import type { Telemetry } from "process-isolation";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolate } from "../helpers/use-isolate.js";

type Plugin = typeof import("../fixtures/isolator/plugin.mjs");

const PLUGIN = fixture("plugin.mjs");

test.each([0, 1])("recycle() resolves with the fresh process, which takes the calls (standby: %i)", async (standby) => {
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, { standby, name: "recycled" });
  const { pid } = isolator;
  const recycled = nextEvent(isolator, "recycled");
  const facts = await isolator.recycle();
  expect(facts).toEqual({ isolate: "recycled", generation: 2, pid: isolator.pid, predecessor: pid });
  expect(await recycled).toEqual(facts);
  expect((await api.facts()).pid).toBe(facts.pid);
  await until(() => !isAlive(pid));
});

test("calls and streams that run end where they are, and none is lost", async () => {
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, { onGeneration: (own) => own.activate(10) });
  const { pid } = isolator;
  const pids = new Set<number>();
  let made = 0;
  let isOver = false;
  const calling = (async () => {
    while (!isOver) {
      made += 1;
      expect(await api.work(made)).toBe(made);
    }
  })();
  const stream = api.count(2_000)[Symbol.asyncIterator]();
  pids.add((await stream.next()).value.pid);
  await isolator.recycle();
  for (let next = await stream.next(); !next.done; next = await stream.next()) pids.add(next.value.pid);
  isOver = true;
  await calling;
  expect([...pids]).toEqual([pid]);
  await until(() => !isAlive(pid));
});

test("several at once are one", async () => {
  const { isolator } = await useIsolate<Plugin>(PLUGIN);
  const all = await Promise.all([isolator.recycle(), isolator.recycle(), isolator.recycle()]);
  expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
  expect(isolator.generation).toBe(2);
});

test("what cannot start replaces nothing, and says why", async () => {
  let isBroken = true;
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    onGeneration: (_, { generation }) => {
      if (isBroken && generation > 1) throw new TypeError("broken");
    },
  });
  const { pid } = isolator;
  const failed = nextEvent(isolator, "startFailed");
  const errors = await Promise.all([isolationError(isolator.recycle()), isolationError(isolator.recycle())]);
  expect(errors).toMatchObject([
    { code: "START_FAILED", cause: { message: "broken" }, facts: { generation: 2 } },
    { code: "START_FAILED" },
  ]);
  expect(await failed).toMatchObject({ willRetry: false, generation: 2 });
  expect(isolator.state).toBe("ready");
  expect((await api.facts()).pid).toBe(pid);
  isBroken = false;
  expect((await isolator.recycle()).generation).toBe(2);
});

test("a crash meanwhile brings a fresh process as well", async () => {
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, { onGeneration: (own) => own.activate(300) });
  const { pid } = isolator;
  const recycled = isolator.recycle();
  await api.crash().catch(() => {});
  const facts = await recycled;
  expect(facts).toMatchObject({ predecessor: pid, pid: isolator.pid });
  expect(await api.work(1)).toBe(1);
});

test("while the process restarts, the one that comes is the fresh one", async () => {
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN);
  await api.crash().catch(() => {});
  expect(await isolator.recycle()).toMatchObject({ generation: 2 });
  expect(isolator.generation).toBe(2);
});

test("an isolator that is down, or goes down meanwhile, has nothing to replace", async () => {
  const { isolator } = await useIsolate<Plugin>(PLUGIN, { name: "gone" });
  const late = isolationError(isolator.recycle());
  await isolator.shutdown({ reason: "enough" });
  expect((await late).code).toBe("STOPPED");
  const error = await isolationError(isolator.recycle());
  expect(error.code).toBe("STOPPED");
  expect(error.message).toContain("gone was shut down (enough)");
});

test("calls without end in old processes bound how many there are", async () => {
  let starts = 0;
  const telemetry: Telemetry = {
    start() {
      starts += 1;
      return undefined;
    },
  };
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, { recycle: { afterCalls: 1 }, telemetry });
  for (let replaced = 0; replaced < 8; replaced += 1) {
    const recycled = nextEvent(isolator, "recycled");
    void isolationError(api.hang());
    await recycled;
  }
  void isolationError(api.hang());
  expect((await api.facts()).pid).toBe(isolator.pid);
  expect(starts).toBe(9);
  expect((await isolator.recycle()).generation).toBe(10);
});

test("calls that end in an old process prove nothing of the one that has taken over", async () => {
  const backoff = { initialMs: 300, maxMs: 300, factor: 1, jitter: 0 };
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, { restart: { backoff } });
  const { pid } = isolator;
  let letGo = (): void => {};
  const held = api.hold(() => new Promise<void>((resolve) => (letGo = resolve)));
  await isolator.recycle();
  letGo();
  expect(await held).toBe(pid);
  const restarting = nextEvent(isolator, "restarting");
  process.kill(isolator.pid, "SIGKILL");
  expect((await restarting).delayMs).toBe(300);
});
