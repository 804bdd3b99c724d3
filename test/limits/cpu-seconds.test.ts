import { describe, expect, test } from "vitest";
import { NO_MACHINERY } from "../../src/limits/index.js";
import { MACHINES, useLimited } from "./use-limits.js";

const VERDICT = { reason: "cpu-limit", limit: "cpuSeconds", bound: 1 };

describe.each(MACHINES.slice(0, 1))("%s", (_, machinery) => {
  test("a process that has used up its seconds is ended", async () => {
    const { exit, verdict } = await useLimited({ cpuSeconds: 1 }, machinery, ["burn-all"]).ended();
    expect(["SIGXCPU", "SIGKILL"]).toContain(exit.signal);
    expect(verdict).toMatchObject(VERDICT);
    expect(verdict?.observed ?? 1).toBeGreaterThanOrEqual(1);
    if (verdict?.observed !== undefined) expect(verdict.observed).toBeLessThan(2);
  });

  test("one that does not listen to the signal is ended all the same", async () => {
    const { exit, verdict } = await useLimited({ cpuSeconds: 1 }, machinery, ["burn-all", "stubborn"]).ended();
    expect(exit).toEqual({ code: null, signal: "SIGKILL" });
    expect(verdict).toMatchObject(VERDICT);
    expect(verdict?.observed ?? 1).toBeGreaterThanOrEqual(1);
  });

  test("the watch alone, where there is no shell, does it too", async () => {
    const watched = { ...NO_MACHINERY, watches: machinery.watches };
    const { exit, verdict } = await useLimited({ cpuSeconds: 1 }, watched, ["burn-all"]).ended();
    expect(exit).toEqual({ code: null, signal: "SIGKILL" });
    expect(verdict).toMatchObject(VERDICT);
    expect(verdict?.observed ?? 1).toBeGreaterThanOrEqual(1);
  });
});
