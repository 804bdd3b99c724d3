import { describe, expect, test } from "vitest";
import { MACHINES, useLimited } from "./use-limits.js";

describe.each(MACHINES)("%s", (_, machinery) => {
  const isRefused = machinery.cgroups.parents.pids !== undefined;

  test.runIf(isRefused)("a fork bomb gets no more processes than its limit, which is reported once", async () => {
    const limited = useLimited({ pids: 60 }, machinery, ["fork-bomb"]);
    await limited.said("EAGAIN");
    await expect.poll(() => limited.breaches).toEqual([{ limit: "pids", bound: 60, observed: 60, soft: true }]);
    limited.child.kill("SIGKILL");
    // `ended` sees to it that nothing of the bomb is left.
    expect(await limited.ended()).toMatchObject({ exit: { signal: "SIGKILL" }, verdict: undefined });
  });

  test.runIf(isRefused)("a process that dies because it gets no thread dies of the limit", async () => {
    const { verdict, exit } = await useLimited({ pids: 12 }, machinery, ["thread-bomb"]).ended();
    expect(exit).not.toEqual({ code: 0, signal: null });
    expect(verdict).toEqual({ reason: "pids-limit", limit: "pids", bound: 12, observed: 12 });
  });

  // Not a true bomb: until a watch ends it, the whole machine would suffer.
  test.runIf(!isRefused)("a crowd of processes is ended by the watch", async () => {
    const { exit, verdict, breaches } = await useLimited({ pids: 60 }, machinery, ["crowd"]).ended();
    expect(exit).toEqual({ code: null, signal: "SIGKILL" });
    expect(verdict).toEqual({ reason: "pids-limit", limit: "pids", bound: 60, observed: expect.any(Number) });
    expect(verdict?.observed).toBeGreaterThan(60);
    expect(breaches).toHaveLength(1);
  });

  test("Node.js starts, and uses its thread pool, at the least that may be asked for", async () => {
    const { exit, breaches } = await useLimited({ pids: 12 }, machinery, ["look"]).ended();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(breaches).toEqual([]);
  });
});
