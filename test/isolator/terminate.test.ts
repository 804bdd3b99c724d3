import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const deaths = fixture("deaths.mjs");
const waits = fixture("waits.mjs");

describe("terminate", () => {
  test("kills the process and settles what ran and what waited", async () => {
    const isolator = await useIsolator({ maxInFlight: 1 });
    const running = isolationError(isolator.invoke(deaths, "never"));
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    const outcome = await isolator.terminate();
    expect(outcome).toMatchObject({ kind: "signalled", signal: "SIGKILL", reason: "terminated", forced: false });
    expect(await running).toMatchObject({ code: "STOPPED", facts: { signal: "SIGKILL", reason: "terminated" } });
    expect((await waiting).code).toBe("STOPPED");
    expect((await waiting).message).toContain("terminated");
    expect(isAlive(isolator.pid)).toBe(false);
    const later = await isolationError(isolator.invoke(deaths, "pid"));
    expect(later.code).toBe("STOPPED");
    expect(later.message).toContain("terminated");
  });

  test("kills a process that is blocked", async () => {
    const isolator = await useIsolator();
    const running = isolationError(isolator.invoke(waits, "spin", [3_600_000]));
    await isolator.terminate();
    expect((await running).code).toBe("STOPPED");
  });

  test.skipIf(process.platform === "win32")("kills a process that is stopped", async () => {
    const isolator = await useIsolator();
    process.kill(isolator.pid, "SIGSTOP");
    expect(await isolator.terminate()).toMatchObject({ signal: "SIGKILL" });
  });

  test.each([
    ["its children", [false, false]],
    ["children in sessions of their own", [true, true]],
    ["both kinds", [true, false]],
  ])("takes %s along, and resolves once they are dead", async (_, kinds) => {
    const isolator = await useIsolator();
    const start = (detached: boolean) => isolator.invoke<number>(fixture("grandchildren.mjs"), "start", [detached]);
    const grandchildren = await Promise.all(kinds.map(start));
    expect(grandchildren.filter((pid) => isAlive(pid))).toEqual(grandchildren);
    await isolator.terminate();
    expect(grandchildren.filter((pid) => isAlive(pid))).toEqual([]);
  });

  test.skipIf(process.platform === "win32")("sends another signal where it is given one", async () => {
    const isolator = await useIsolator();
    expect(await isolator.terminate({ signal: "SIGTERM" })).toMatchObject({
      kind: "signalled",
      signal: "SIGTERM",
      reason: "terminated",
      forced: false,
    });
  });

  test.skipIf(process.platform === "win32")("lets the process handle that signal", async () => {
    const isolator = await useIsolator();
    await isolator.invoke(waits, "exitOnSigterm", [11]);
    expect(await isolator.terminate({ signal: "SIGTERM" })).toMatchObject({ kind: "exited", code: 11, forced: false });
  });

  test.skipIf(process.platform === "win32")("and kills what is left of it at graceMs", async () => {
    const isolator = await useIsolator({ graceMs: 100 });
    await isolator.invoke(waits, "ignoreSigterm");
    expect(await isolator.terminate({ signal: "SIGTERM" })).toMatchObject({ signal: "SIGKILL", forced: true });
  });

  test("is idempotent, and cuts a shutdown short", async () => {
    const isolator = await useIsolator();
    const running = isolationError(isolator.invoke(deaths, "never"));
    const shutdown = isolator.shutdown({ graceMs: 60_000 });
    const [first, second] = await Promise.all([isolator.terminate(), isolator.terminate()]);
    expect(first).toBe(second);
    expect(await shutdown).toBe(first);
    expect((await running).code).toBe("STOPPED");
  });

  test("during a restart ends that too", async () => {
    const isolator = await useIsolator();
    await isolationError(isolator.invoke(deaths, "exit", [1]));
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    expect(isolator.state).toBe("restarting");
    await isolator.terminate();
    expect((await waiting).code).toBe("STOPPED");
    expect(isolator.state).toBe("stopped");
  });

  test.each([
    ["a number", 9],
    ["an unknown name", "SIGFOO"],
    ["lower case", "sigterm"],
  ])("refuses %s as its signal", async (_, signal) => {
    const isolator = await useIsolator();
    const error = await isolationError(isolator.terminate({ signal: signal as never }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toMatch(/^INVALID_OPTION: signal must be the name of a signal.*received/);
    expect(isolator.state).toBe("ready");
  });
});
