import { describe, expect, test } from "vitest";
import type { Machinery } from "../../src/limits/index.js";
import { MACHINES, useLimited } from "./use-limits.js";

/** Percent of a core that a busy loop got, and that it would have taken had nobody else been there. */
interface Share {
  readonly ran: number;
  readonly waited: number;
}

async function burn(percent: number, machinery: Machinery, ms: number, isReady: boolean): Promise<Share> {
  const limited = useLimited({ cpu: percent }, machinery, ["burn"]);
  await limited.said("ready");
  if (isReady) limited.scope.ready();
  limited.child.stdin.end(`${ms}`);
  const { exit, stdout } = await limited.ended();
  expect(exit).toEqual({ code: 0, signal: null });
  return JSON.parse(stdout.split("\n")[1] ?? "");
}

describe.each(MACHINES)("%s", (_, machinery) => {
  const tolerance = machinery.cgroups.parents.cpu === undefined ? 10 : 5;

  test.each([25, 50, 80])(`a busy loop gets %i percent of a core, give or take ${tolerance}`, async (percent) => {
    const { ran, waited } = await burn(percent, machinery, 1_500, true);
    expect(ran).toBeLessThan(percent + tolerance);
    // What it waited for others may lie in few periods of the quota, each of which is lost as a whole.
    expect(ran).toBeGreaterThan(percent * (1 - waited / 100) - tolerance);
  });

  test("the start itself is not slowed down", async () => {
    const { ran, waited } = await burn(5, machinery, 200, false);
    // The limit would leave it a twentieth.
    expect(ran).toBeGreaterThan((100 - waited) / 2 - 10);
  });
});
