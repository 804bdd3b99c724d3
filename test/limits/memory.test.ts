import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { MACHINES, useLimited } from "./use-limits.js";

const BOUND = 96_000_000;
/** The kernel fills a group in steps, the last of which does not fit. */
const STEP = 2 ** 20;

describe.each(MACHINES)("%s", (_, machinery) => {
  test.each(["heap-bomb", "buffer-bomb", "grandchild-bomb"])(
    "a %s is ended with everything that it started, and the verdict is the memory limit",
    async (bomb) => {
      const { exit, verdict, breaches, stdout } = await useLimited({ memory: BOUND }, machinery, [bomb]).ended();
      expect(exit).toEqual({ code: null, signal: "SIGKILL" });
      expect(verdict).toEqual({
        reason: "memory-limit",
        limit: "memory",
        bound: BOUND,
        observed: expect.any(Number),
      });
      // The kernel lets nothing above the bound come about. A watch sees how far it went: above the bound, and on a busy
      // machine, where it comes late, by as much as the bomb had taken by then.
      const { observed = 0 } = verdict ?? {};
      if (machinery.cgroups.parents.memory === undefined) expect(observed).toBeGreaterThan(BOUND);
      else expect(Math.abs(BOUND - STEP / 2 - observed)).toBeLessThanOrEqual(STEP / 2);
      for (const breach of breaches) expect(breach).toMatchObject({ limit: "memory", bound: BOUND, soft: false });
      if (bomb === "grandchild-bomb") await until(() => !isAlive(Number.parseInt(stdout, 10)));
    },
  );

  test("a soft limit is reported once, and the process goes on", async () => {
    const limits = { memory: { soft: 60_000_000, hard: 300_000_000 } };
    const limited = useLimited(limits, machinery, ["hold", "100000000"]);
    const [breach] = await expect
      .poll(() => limited.breaches, { timeout: 10_000 })
      .toHaveLength(1)
      .then(() => limited.breaches);
    expect(breach).toEqual({ limit: "memory.soft", bound: 60_000_000, observed: expect.any(Number), soft: true });
    expect(breach?.observed).toBeGreaterThan(60_000_000);
    limited.child.kill("SIGTERM");
    const { exit, verdict } = await limited.ended();
    expect(exit.signal).toBe("SIGTERM");
    expect(verdict).toBeUndefined();
    expect(limited.breaches).toHaveLength(1);
  });

  test("somebody else's SIGKILL is no verdict", async () => {
    const limited = useLimited({ memory: "500MB", pids: 100, openFiles: 100 }, machinery, ["hold", "1000"]);
    await limited.said("ready");
    limited.child.kill("SIGKILL");
    expect(await limited.ended()).toMatchObject({ exit: { signal: "SIGKILL" }, verdict: undefined, breaches: [] });
  });
});
