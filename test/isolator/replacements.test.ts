import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { nextEvent } from "../helpers/record-events.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolator } from "../helpers/use-isolator.js";

const MODULE = join(import.meta.dirname, "../fixtures/isolator/replacements.mjs");
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
