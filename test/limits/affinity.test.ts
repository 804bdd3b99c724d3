import { describe, expect, test } from "vitest";
import { availableProcessors } from "../../src/limits/available-processors.js";
import { MACHINES, useLimited } from "./use-limits.js";

describe.each(MACHINES)("%s", (_, machinery) => {
  test.runIf(machinery.taskset !== undefined)("the process runs on the processors it was given", async () => {
    const last = availableProcessors().at(-1);
    const { exit, stdout } = await useLimited({ affinity: `cpu${last}` }, machinery, ["look"]).ended();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(JSON.parse(stdout)).toMatchObject({ processors: `${last}`, parallelism: 1 });
  });
});
