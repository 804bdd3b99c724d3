import { existsSync } from "node:fs";
import type { IsolationError, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive, LONGEST_TIMER_MS } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent, recordEvents } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const waits = fixture("waits.mjs");
const deaths = fixture("deaths.mjs");

/** A call that never ends, and runs when this resolves. */
async function startNeverEnding(isolator: ProcessIsolator): Promise<{ error: Promise<IsolationError> }> {
  const error = isolationError(isolator.invoke(waits, "until", ["the end of time"]));
  expect(await isolator.invoke(waits, "isWaiting", ["the end of time"])).toBe(true);
  return { error };
}

/** A call that blocks the process, and does so when this resolves. */
async function startSpinning(isolator: ProcessIsolator): Promise<{ error: Promise<IsolationError> }> {
  const spinning = nextEvent(isolator, "stdout");
  const error = isolationError(isolator.invoke(waits, "spin", [3_600_000]));
  expect((await spinning).line).toBe("spinning");
  return { error };
}

describe("shutdown", () => {
  test("ends an idle process with code 0, as requested", async () => {
    const isolator = await useIsolator();
    const { pid, address } = isolator;
    const outcome = await isolator.shutdown({ reason: "done" });
    expect(outcome).toMatchObject({ kind: "exited", code: 0, reason: "requested", forced: false, stderrTail: "" });
    expect(outcome.uptimeMs).toBeGreaterThan(0);
    expect(isolator.state).toBe("stopped");
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(address)).toBe(false);
  });

  test("lets running calls finish, and refuses new ones with STOPPED", async () => {
    const isolator = await useIsolator();
    const running = isolator.invoke(waits, "later", [300]);
    await isolator.invoke(deaths, "pid");
    const shutdown = isolator.shutdown({ reason: "maintenance" });
    const refused = await isolationError(isolator.invoke(deaths, "pid"));
    expect(isolator.state).toBe("stopping");
    expect(refused.code).toBe("STOPPED");
    expect(refused.message).toContain("maintenance");
    expect(await running).toBe("in the end");
    expect(await shutdown).toMatchObject({ code: 0, reason: "requested", forced: false });
    expect((await isolationError(isolator.invoke(deaths, "pid"))).code).toBe("STOPPED");
  });

  test("lets them finish within the longest grace that there is", async () => {
    const isolator = await useIsolator({ graceMs: LONGEST_TIMER_MS });
    const running = isolator.invoke(waits, "later", [100]);
    await isolator.invoke(deaths, "pid");
    expect(await isolator.shutdown()).toMatchObject({ code: 0, forced: false });
    expect(await running).toBe("in the end");
  });

  test.each([
    ["whose module is not loaded yet", []],
    ["whose module is loaded", [0]],
  ])("lets calls finish that were made right before, %s", async (_, earlier) => {
    const isolator = await useIsolator();
    for (const ms of earlier) await isolator.invoke(waits, "later", [ms]);
    const call = isolator.invoke(waits, "until", ["told"]).catch((error: unknown) => error);
    const other = isolator.invoke(waits, "later", [50]).catch((error: unknown) => error);
    const release = isolator.invoke(waits, "release", ["told", "done"]).catch((error: unknown) => error);
    expect(await isolator.shutdown()).toMatchObject({ code: 0, forced: false });
    expect(await Promise.all([call, other])).toEqual(["done", "in the end"]);
    expect(await release).not.toBeInstanceOf(Error);
  });

  test("rejects calls that still wait with STOPPED", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    await isolator.invoke(waits, "later", [0]);
    const running = isolator.invoke(waits, "later", [200]).catch((error: unknown) => error);
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    const shutdown = isolator.shutdown({ reason: "maintenance" });
    expect((await waiting).code).toBe("STOPPED");
    expect((await waiting).message).toContain("maintenance");
    expect(await running).toBe("in the end");
    await shutdown;
  });

  test("takes a process that does not end in time by force", async () => {
    const isolator = await useIsolator();
    const running = await startNeverEnding(isolator);
    expect(await isolator.shutdown({ graceMs: 100 })).toMatchObject({ reason: "requested", forced: true });
    expect(await running.error).toMatchObject({ code: "STOPPED", facts: { reason: "requested" } });
  });

  test.skipIf(process.platform === "win32")("first by SIGTERM", async () => {
    const isolator = await useIsolator();
    const running = await startSpinning(isolator);
    const outcome = await isolator.shutdown({ graceMs: 100 });
    expect(outcome).toMatchObject({ kind: "signalled", signal: "SIGTERM", reason: "requested", forced: true });
    expect(await running.error).toMatchObject({ code: "STOPPED", facts: { signal: "SIGTERM" } });
  });

  test.skipIf(process.platform === "win32")("and kills what does not listen to SIGTERM", async () => {
    const isolator = await useIsolator();
    await isolator.invoke(waits, "ignoreSigterm");
    const running = await startSpinning(isolator);
    const outcome = await isolator.shutdown({ graceMs: 100 });
    expect(outcome).toMatchObject({ kind: "signalled", signal: "SIGKILL", reason: "requested", forced: true });
    expect(await running.error).toMatchObject({ code: "STOPPED", facts: { signal: "SIGKILL" } });
  });

  test("graceMs of the isolator applies where the call gives none", async () => {
    const isolator = await useIsolator({ graceMs: 50 });
    const running = await startNeverEnding(isolator);
    expect(await isolator.shutdown()).toMatchObject({ forced: true });
    expect((await running.error).code).toBe("STOPPED");
  });

  test("is idempotent: ten at once share one end", async () => {
    const isolator = await useIsolator();
    const events = recordEvents(isolator);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, i) => isolator.shutdown({ reason: `number ${i}` })),
    );
    expect(new Set(outcomes).size).toBe(1);
    expect(await isolator.shutdown()).toBe(outcomes[0]);
    expect(await isolator.waitForExit()).toBe(outcomes[0]);
    expect(events.filter(({ name }) => name === "exited")).toHaveLength(1);
  });

  test("reports its end as an exit that is not restarted", async () => {
    const isolator = await useIsolator();
    const exited = nextEvent(isolator, "exited");
    const outcome = await isolator.shutdown();
    expect(await exited).toEqual({
      isolate: isolator.name,
      generation: 1,
      pid: isolator.pid,
      outcome,
      willRestart: false,
    });
  });

  test("during a back-off cancels the restart", async () => {
    const isolator = await useIsolator({ restart: { backoff: { initialMs: 60_000, maxMs: 60_000 } } });
    await rejection(isolator.invoke(deaths, "exit", [9]));
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    expect(isolator.state).toBe("restarting");
    const outcome = await isolator.shutdown();
    expect((await waiting).code).toBe("STOPPED");
    expect(outcome).toMatchObject({ kind: "exited", code: 9, reason: "requested", forced: false });
    expect(outcome.description).toBe("shut down while it was restarting; the last process exited with code 9");
    expect(isolator.state).toBe("stopped");
  });

  test.each([0, 20, 60, 100, 140])("%i ms into a restart cancels it", async (ms) => {
    const isolator = await useIsolator();
    await isolator.invoke(deaths, "pid");
    await rejection(isolator.invoke(deaths, "exit", [1]));
    const waiting = rejection(isolator.invoke(deaths, "never"));
    await new Promise((resolve) => setTimeout(resolve, ms));
    await isolator.shutdown({ graceMs: 0 });
    expect(await waiting).toMatchObject({ code: "STOPPED" });
    expect(isolator.state).toBe("stopped");
  });

  test("is what await using does", async () => {
    const isolator = await useIsolator();
    await isolator[Symbol.asyncDispose]();
    expect(await isolator.waitForExit()).toMatchObject({ code: 0, reason: "requested" });
    await isolator[Symbol.asyncDispose]();
  });
});
