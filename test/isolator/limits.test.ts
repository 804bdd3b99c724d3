import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const bombs = fixture("bombs.mjs");

describe("a limit that ends the process is named by the error of the call, and the next call works", () => {
  test.each([
    ["memory", "buffers", { memory: "128MB" }, "memory-limit"],
    ["heap", "objects", { heap: "48MB" }, "heap-out-of-memory"],
    ["cpuSeconds", "loop", { cpuSeconds: 1 }, "cpu-limit"],
  ])("%s", async (limit, method, limits, reason) => {
    const isolator = await useIsolator({ limits });
    const error = await isolationError(isolator.invoke(bombs, method));
    expect(error.code).toBe("LIMIT_EXCEEDED");
    expect(error.facts).toMatchObject({ limit, reason, generation: 1 });
    expect(await isolator.invoke(bombs, "harmless")).toBe(1);
    expect(isolator.generation).toBe(2);
    expect((await isolator.status()).limits).toHaveProperty(limit);
  });
});

test("a flood of output is kept up to limits.output, and the event says so", async () => {
  const isolator = await useIsolator({ limits: { output: "10kB" } });
  let lines = 0;
  const limits: string[] = [];
  isolator.events.on("stdout", () => {
    lines += 1;
  });
  isolator.events.on("limit", ({ limit }) => limits.push(limit));
  await isolator.invoke(bombs, "flood", [500]);
  await isolator.shutdown();
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(200);
  expect(limits).toContain("output");
});
