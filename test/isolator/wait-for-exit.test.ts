import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

const deaths = fixture("deaths.mjs");

describe("waitForExit", () => {
  const isolator = useSharedIsolator();

  test("gives up with DEADLINE_EXCEEDED after timeoutMs", async () => {
    const startedAt = performance.now();
    const error = await isolationError(isolator().waitForExit({ timeoutMs: 50 }));
    expect(error.code).toBe("DEADLINE_EXCEEDED");
    expect(error.message).toContain("50 ms");
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
  });

  test("gives up with CANCELLED by the caller's signal", async () => {
    const controller = new AbortController();
    const wait = isolationError(isolator().waitForExit({ signal: controller.signal }));
    const reason = new Error("no longer interested");
    controller.abort(reason);
    expect(await wait).toMatchObject({ code: "CANCELLED", cause: reason });
  });

  test("gives up at once where the signal was aborted before", async () => {
    const wait = isolator().waitForExit({ signal: AbortSignal.abort() });
    expect((await isolationError(wait)).code).toBe("CANCELLED");
  });

  test("that was given up leaves the isolator as it is", async () => {
    await isolationError(isolator().waitForExit({ timeoutMs: 1 }));
    expect(await isolator().invoke(deaths, "pid")).toBe(isolator().pid);
  });

  test.each<[object, string]>([
    [{ timeoutMs: -1 }, "timeoutMs"],
    [{ timeoutMs: "1s" }, "timeoutMs"],
    [{ signal: {} }, "signal"],
    [{ timeout: 1 }, '"timeout"'],
  ])("refuses %j", async (options, name) => {
    const error = await isolationError(isolator().waitForExit(options));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain(name);
  });
});

test("many waiters get the same outcome, also those who come late", async () => {
  const isolator = await useIsolator({ restart: false });
  const waits = [isolator.waitForExit(), isolator.waitForExit({ timeoutMs: 20_000 })];
  await isolationError(isolator.invoke(deaths, "exit", [8]));
  const [first, second] = await Promise.all(waits);
  expect(first).toMatchObject({ kind: "exited", code: 8, reason: "exit" });
  expect(second).toBe(first);
  expect(await isolator.waitForExit({ timeoutMs: 0 })).toBe(first);
});
