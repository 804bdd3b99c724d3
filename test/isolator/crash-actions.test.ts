import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { recordEvents } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const deaths = fixture("deaths.mjs");

describe.each([
  ["restart: false", { restart: false }],
  ["restart: { maxRestarts: 0 }", { restart: { maxRestarts: 0 } }],
  ['onCrash: "stay-down"', { onCrash: "stay-down" as const }],
])("with %s a crash", (_, options) => {
  test("leaves the isolator down, and later calls are STOPPED with the story", async () => {
    const isolator = await useIsolator({ name: "once", maxInFlight: 1, ...options });
    const events = recordEvents(isolator);
    const running = isolationError(isolator.invoke(deaths, "sayLastWords", [4]));
    const waiting = isolationError(isolator.invoke(deaths, "pid"));
    expect((await running).code).toBe("CRASHED");
    expect((await waiting).code).toBe("STOPPED");
    expect(isolator.state).toBe("stopped");
    for (const later of [isolator.invoke(deaths, "pid"), isolator.status(), isolator.getData("a")]) {
      const error = await isolationError(later);
      expect(error.code).toBe("STOPPED");
      expect(error.message).toContain("restarting is off");
      expect(error.message).toContain("exited with code 4");
      expect(error.facts).toMatchObject({ exitCode: 4, stderrTail: "these are the last words", restarts: 0 });
    }
    expect(await isolator.waitForExit()).toMatchObject({ kind: "exited", code: 4, reason: "exit" });
    expect(events.map(({ name }) => name)).toEqual(["started", "exited"]);
    expect(events.at(-1)).toMatchObject({ willRestart: false });
  });
});

test("shutting down what is down already gives its outcome", async () => {
  const isolator = await useIsolator({ restart: false });
  await isolationError(isolator.invoke(deaths, "exit", [3]));
  const outcome = await isolator.waitForExit();
  expect(await isolator.shutdown()).toBe(outcome);
  expect(await isolator.terminate()).toBe(outcome);
});
