import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { MACHINES, useLimited } from "./use-limits.js";

describe.each(MACHINES.slice(0, 1))("%s", (_, machinery) => {
  test("a process that dies because it gets no descriptor dies of the limit", async () => {
    const limited = useLimited({ openFiles: 40 }, machinery, ["descriptor-bomb"]);
    await once(limited.child.stderr, "data");
    limited.child.stdin.end();
    const { exit, verdict } = await limited.ended();
    expect(exit.code).not.toBe(0);
    expect(verdict).toMatchObject({ reason: "open-files-limit", limit: "openFiles", bound: 40 });
    expect(verdict?.observed).toBeGreaterThanOrEqual(39);
  });

  test("the process cannot raise it", async () => {
    const { stdout } = await useLimited({ openFiles: 64 }, machinery, ["look"]).ended();
    expect(JSON.parse(stdout).limits).toMatch(/^Max open files +64 +64 /m);
  });
});
