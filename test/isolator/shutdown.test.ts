import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent, recordEvents } from "../helpers/record-events.js";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const waits = fixture("waits.mjs");
const deaths = fixture("deaths.mjs");

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

  test("rejects calls that still wait with STOPPED", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const running = isolator.invoke(waits, "later", [200]);
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    const shutdown = isolator.shutdown({ reason: "maintenance" });
    expect((await waiting).code).toBe("STOPPED");
    expect((await waiting).message).toContain("maintenance");
    expect(await running).toBe("in the end");
    await shutdown;
  });

  test("takes a process that does not end in time by force: SIGTERM first", async () => {
    const isolator = await useIsolator();
    await isolator.invoke(waits, "exitOnSigterm", [12]);
    const running = isolationError(isolator.invoke(deaths, "never"));
    const outcome = await isolator.shutdown({ graceMs: 100 });
    expect(outcome).toMatchObject({ kind: "exited", code: 12, reason: "requested", forced: true });
    expect(await running).toMatchObject({ code: "STOPPED", facts: { exitCode: 12, reason: "requested" } });
  });

  test.skipIf(process.platform === "win32")("and kills what does not listen to SIGTERM", async () => {
    const isolator = await useIsolator();
    await isolator.invoke(waits, "ignoreSigterm");
    const running = isolationError(isolator.invoke(waits, "spin", [3_600_000]));
    const outcome = await isolator.shutdown({ graceMs: 100 });
    expect(outcome).toMatchObject({ kind: "signalled", signal: "SIGKILL", reason: "requested", forced: true });
    expect(await running).toMatchObject({ code: "STOPPED", facts: { signal: "SIGKILL" } });
  });

  test("graceMs of the isolator applies where the call gives none", async () => {
    const isolator = await useIsolator({ graceMs: 50 });
    const running = isolationError(isolator.invoke(deaths, "never"));
    await isolator.invoke(deaths, "pid");
    expect(await isolator.shutdown()).toMatchObject({ forced: true });
    expect((await running).code).toBe("STOPPED");
  });

  test("is idempotent: ten at once share one end", async () => {
    const isolator = await useIsolator();
    const events = recordEvents(isolator);
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, i) => isolator.shutdown({ reason: `number ${i}` })));
    expect(new Set(outcomes).size).toBe(1);
    expect(await isolator.shutdown()).toBe(outcomes[0]);
    expect(await isolator.waitForExit()).toBe(outcomes[0]);
    expect(events.filter(({ name }) => name === "exited")).toHaveLength(1);
  });

  test("reports its end as an exit that is not restarted", async () => {
    const isolator = await useIsolator();
    const exited = nextEvent(isolator, "exited");
    const outcome = await isolator.shutdown();
    expect(await exited).toEqual({ isolate: isolator.name, generation: 1, pid: isolator.pid, outcome, willRestart: false });
  });

  test("during a back-off cancels the restart", async () => {
    const isolator = await useIsolator({ restart: { backoff: { initialMs: 60_000, maxMs: 60_000 } } });
    await rejection(isolator.invoke(deaths, "exit", [9]));
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    expect(isolator.state).toBe("restarting");
    const outcome = await isolator.shutdown();
    expect((await waiting).code).toBe("STOPPED");
    expect(outcome).toMatchObject({ kind: "exited", code: 9, reason: "exit" });
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
