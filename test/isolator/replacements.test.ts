import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { useFlakyNode } from "../helpers/fake-child.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MODULE = join(import.meta.dirname, "../fixtures/isolator/replacements.mjs");
const ANNOUNCES = join(import.meta.dirname, "../fixtures/isolator/announces-itself.mjs");
const HANGS = join(import.meta.dirname, "../fixtures/isolator/hangs-while-loading.mjs");

test("an isolator ends although the module never finishes loading in its spare", async () => {
  const isolator = await useIsolator({ standby: 1 });
  const loading = new Set<number>();
  isolator.events.on("stdout", ({ pid }) => loading.add(pid));
  const call = rejection(isolator.invoke(HANGS, "anything"));
  await until(() => loading.size === 2);
  expect((await isolator.terminate()).reason).toBe("terminated");
  expect(await call).toMatchObject({ code: "STOPPED" });
});

test("a call that is made in one process and ends in the next counts where it ran", async () => {
  const isolator = await useIsolator({ recycle: { whenIdleMs: 100 }, restart: { backoff: { initialMs: 1 } } });
  const recycled = nextEvent(isolator, "recycled");
  await Promise.all([rejection(isolator.invoke(MODULE, "die")), nextEvent(isolator, "exited")]);
  // Waits for the next process, which is idle when it has run.
  await isolator.invoke(MODULE, "nothing");
  await recycled;
});

test("a process with a running call is not idle, whatever ran in its predecessor", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 2, whenIdleMs: 100 } });
  const recycled: number[] = [];
  isolator.events.on("recycled", ({ generation }) => recycled.push(generation));
  await Promise.all([isolator.invoke(MODULE, "wait", [300]), isolator.invoke(MODULE, "wait", [300])]);
  await until(() => recycled.length === 1);
  await isolator.invoke(MODULE, "wait", [400]);
  expect(recycled).toEqual([2]);
  await until(() => recycled.length === 2);
});

test.skipIf(process.platform === "win32")("shutdown() waits for what a replaced process has started", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 2 } });
  const recycled = nextEvent(isolator, "recycled");
  const pid = await isolator.invoke<number>(MODULE, "startDetached");
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  const call = rejection(isolator.invoke(MODULE, "wait", [60_000]));
  await recycled;
  await isolator.shutdown({ graceMs: 50 });
  expect(isAlive(pid)).toBe(false);
  await call;
});

test.each([
  ["after a time", { afterMs: 300 }],
  ["when it is large", { whenRssAbove: "150MB" }],
] as const)("a process is replaced %s, and not before", async (_, recycle) => {
  const isolator = await useIsolator({ recycle });
  const first = await isolator.invoke(MODULE, "pid");
  expect(isolator.generation).toBe(1);
  const recycled = nextEvent(isolator, "recycled");
  if ("whenRssAbove" in recycle) await isolator.invoke(MODULE, "hold", [200_000_000]);
  expect(await recycled).toMatchObject({ generation: 2, predecessor: first });
  expect(await isolator.invoke(MODULE, "pid")).not.toBe(first);
});

test("a call that blocks a process which was replaced meanwhile is ended by the watchdog", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 }, unresponsiveAfterMs: 500 });
  const seen = nextEvent(isolator, "unresponsive");
  const call = isolationError(isolator.invoke(MODULE, "spin"));
  const { generation, diagnosis, pid } = await seen;
  expect({ generation, diagnosis }).toEqual({ generation: 1, diagnosis: "blocked" });
  expect((await call).code).toBe("UNRESPONSIVE");
  expect(await isolator.invoke(MODULE, "pid")).not.toBe(pid);
});

test("calls in a process that was replaced have the grace of a shutdown too", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 } });
  const recycled = nextEvent(isolator, "recycled");
  const exits: boolean[] = [];
  isolator.events.on("exited", ({ outcome }) => exits.push(outcome.forced));
  const call = isolator.invoke(MODULE, "wait", [600]);
  await recycled;
  await isolator.shutdown({ graceMs: 20_000 });
  await call;
  expect(exits).toEqual([false, false]);
});

test("terminate ends a process that was replaced, with its calls", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 } });
  const recycled = nextEvent(isolator, "recycled");
  const call = isolationError(isolator.invoke(MODULE, "wait", [60_000]));
  const { predecessor } = await recycled;
  await isolator.terminate();
  expect((await call).code).toBe("STOPPED");
  expect(isAlive(predecessor)).toBe(false);
});

test("a replacement that cannot be started is tried again", { timeout: 60_000 }, async () => {
  const execPath = useFlakyNode([2]);
  const isolator = await useIsolator({ execPath, recycle: { afterCalls: 1 } });
  const [failed, recycled] = [nextEvent(isolator, "startFailed"), nextEvent(isolator, "recycled")];
  await isolator.invoke(MODULE, "nothing");
  expect(await failed).toMatchObject({ generation: 2, willRetry: true, error: { code: "START_FAILED" } });
  expect(await recycled).toMatchObject({ generation: 2 });
});

test("a process that was replaced lives until its streams were read", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 } });
  const recycled = nextEvent(isolator, "recycled");
  const stream = (await isolator.invoke(MODULE, "count", [10_000])) as AsyncGenerator<number>;
  await stream.next();
  const { predecessor } = await recycled;
  await isolator.invoke(MODULE, "nothing");
  let last = 0;
  for await (const number of stream) last = number;
  expect(last).toBe(9_999);
  await until(() => !isAlive(predecessor));
});

test("a stream is read to its end although the process was replaced longer ago than its grace", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 }, graceMs: 50 });
  const recycled = nextEvent(isolator, "recycled");
  const stream = (await isolator.invoke(MODULE, "count", [10_000])) as AsyncGenerator<number>;
  await stream.next();
  const { predecessor } = await recycled;
  await isolator.invoke(MODULE, "wait", [1_000]);
  expect(isAlive(predecessor)).toBe(true);
  let last = 0;
  for await (const number of stream) last = number;
  expect(last).toBe(9_999);
});

test.skipIf(process.platform === "win32")(
  "a spare that has died does not take over, and costs no restart",
  async () => {
    const isolator = await useIsolator({ standby: 1, restart: { maxRestarts: 1 } });
    const pids = new Set<number>();
    isolator.events.on("stdout", ({ pid }) => pids.add(pid));
    const first = await isolator.invoke<number>(ANNOUNCES, "pid");
    await until(() => pids.size === 2);
    const [spare = 0] = [...pids].filter((pid) => pid !== first);
    process.kill(spare, "SIGKILL");
    // In this very turn, so that the host has not heard of it.
    while (isAlive(spare));
    process.kill(first, "SIGKILL");
    while (isAlive(first));
    const second = await isolator.invoke<number>(ANNOUNCES, "pid");
    expect([first, spare]).not.toContain(second);
    expect(isolator.generation).toBe(2);
  },
);

test("a spare that was on its way when the isolator ends is gone with it", async () => {
  const isolator = await useIsolator({ standby: 1 });
  const pids = new Set<number>();
  isolator.events.on("stdout", ({ pid }) => pids.add(pid));
  await isolator.invoke(ANNOUNCES, "pid");
  await until(() => pids.size === 2);
  await isolator.terminate();
  expect([...pids].filter((pid) => isAlive(pid))).toEqual([]);
});

test("a process that was used, and runs a call now, is not idle", async () => {
  const isolator = await useIsolator({ recycle: { whenIdleMs: 100 } });
  await isolator.invoke(MODULE, "nothing");
  let recycled = 0;
  isolator.events.on("recycled", () => {
    recycled += 1;
  });
  await isolator.invoke(MODULE, "wait", [700]);
  expect(recycled).toBe(0);
  await until(() => recycled === 1);
});

test("calls in a replaced process are finished although its successor is down for good", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 }, restart: false });
  const recycled = nextEvent(isolator, "recycled");
  const call = isolator.invoke(MODULE, "wait", [700]);
  await recycled;
  process.kill(isolator.pid, "SIGKILL");
  await call;
  expect(await isolator.waitForExit()).toMatchObject({ reason: "signal" });
});

test("an idempotent call is settled although its process ends after the successor has ended for good", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 }, restart: false });
  const recycled = nextEvent(isolator, "recycled");
  const call = isolationError(isolator.invoke(MODULE, "wait", [60_000], { idempotent: true }));
  const { pid, predecessor } = await recycled;
  const exited = nextEvent(isolator, "exited");
  process.kill(pid, "SIGKILL");
  await exited;
  process.kill(predecessor, "SIGKILL");
  expect((await call).code).toBe("CRASHED");
});

test("terminate settles the idempotent calls of a process that ends after its successor", async () => {
  const isolator = await useIsolator({ recycle: { afterCalls: 1 } });
  const recycled = nextEvent(isolator, "recycled");
  const call = isolationError(isolator.invoke(MODULE, "wait", [60_000], { idempotent: true }));
  const { pid } = await recycled;
  const exited = nextEvent(isolator, "exited");
  process.kill(pid, "SIGKILL");
  await Promise.all([isolator.terminate(), exited]);
  expect((await call).code).toBe("STOPPED");
});
