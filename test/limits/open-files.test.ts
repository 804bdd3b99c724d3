import { describe, expect, test } from "vitest";
import { MACHINES, useLimited } from "./use-limits.js";

describe.each(MACHINES.slice(0, 1))("%s", (_, machinery) => {
  test("a process that dies because it gets no descriptor dies of the limit", async () => {
    const { exit, verdict } = await useLimited({ openFiles: 40 }, machinery, ["descriptor-bomb"]).ended();
    expect(exit.code).not.toBe(0);
    expect(verdict).toEqual({ reason: "open-files-limit", limit: "openFiles", bound: 40, observed: 40 });
  });

  test("the process cannot raise it", async () => {
    const { stdout } = await useLimited({ openFiles: 64 }, machinery, ["look"]).ended();
    expect(JSON.parse(stdout).limits).toMatch(/^Max open files +64 +64 /m);
  });
});
