import type { ExitOutcome, ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const DEATHS = fixture("deaths.mjs");
const BREACHES = fixture("breaches.mjs");

describe("whoever makes an isolator end is the reason of its end,", () => {
  test.each(["shutdown", "terminate"] as const)("%s while it restarts", async (how) => {
    const isolator = await useIsolator();
    await isolator.invoke(DEATHS, "pid");
    const exited = nextEvent(isolator, "exited");
    const waiting = isolationError(isolator.invoke(DEATHS, "kill", ["SIGKILL"]));
    await exited;
    const outcome = await isolator[how]();
    const [reason, verb] = how === "shutdown" ? ["requested", "shut down"] : ["terminated", "terminated"];
    expect(outcome).toMatchObject({ kind: "signalled", signal: "SIGKILL", reason, forced: false });
    expect(outcome.description).toMatch(new RegExp(`^${verb} while it was restarting; the last process was killed`));
    await waiting;
  });

  test("but a crash that ends it is its own reason", async () => {
    const isolator = await useIsolator({ restart: false });
    const call = isolationError(isolator.invoke(DEATHS, "kill", ["SIGKILL"]));
    expect(await isolator.waitForExit()).toMatchObject({ signal: "SIGKILL", reason: "signal", forced: false });
    await call;
  });
});

describe.each(["shutdown", "terminate"] as const)("%s by a listener, in the very turn of the event,", (how) => {
  function stop(isolator: ProcessIsolator): Promise<ExitOutcome> {
    return how === "shutdown" ? isolator.shutdown({ graceMs: 100 }) : isolator.terminate();
  }

  test.each([
    ["restarting", true],
    ["restarting", { backoff: { initialMs: 60_000, jitter: 0 } }],
    ["exited", true],
  ] as const)("is the end although a process was to follow: %s", async (event, restart) => {
    const isolator = await useIsolator({ restart });
    const stopped = new Promise<ExitOutcome>((resolve) => {
      isolator.events.once(event, () => resolve(stop(isolator)));
    });
    expect((await isolationError(isolator.invoke(DEATHS, "kill", ["SIGKILL"]))).code).toBe("CRASHED");
    expect((await stopped).reason).toBe(how === "shutdown" ? "requested" : "terminated");
    expect(isolator.state).toBe("stopped");
  });

  test("ends the process that was replaced, too, with what it runs", async () => {
    const isolator = await useIsolator();
    const call = isolationError(isolator.invoke(DEATHS, "never"));
    await isolator.invoke(DEATHS, "pid");
    const stopped = new Promise<ExitOutcome>((resolve) => {
      isolator.events.once("recycled", () => resolve(stop(isolator)));
    });
    await isolator.recycle();
    await stopped;
    expect((await call).code).toBe("STOPPED");
    expect(isolator.state).toBe("stopped");
  });
});

describe("a process that leaves the contract is ended, and the reason says so:", () => {
  test("it closes its Session and goes on", async () => {
    const isolator = await useIsolator({ restart: false });
    const call = isolationError(isolator.invoke(BREACHES, "closeSession"));
    const outcome = await isolator.waitForExit();
    expect(outcome).toMatchObject({ reason: "protocol", forced: true });
    expect(outcome.description).toContain("closed its Session");
    const { code, facts, cause } = await call;
    expect(code).toBe("CRASHED");
    expect(facts.reason).toBe("protocol");
    expect(cause).toMatchObject({ code: "PROTOCOL" });
  });

  test("it sends what is no message", async () => {
    const isolator = await useIsolator({ restart: false });
    const call = isolationError(isolator.invoke(BREACHES, "sendRubbish"));
    const outcome = await isolator.waitForExit();
    expect(outcome).toMatchObject({ reason: "protocol", forced: true });
    expect(outcome.description).toMatch(/^ended because it broke the protocol: /);
    expect((await call).cause).toMatchObject({ code: "PROTOCOL" });
  });

  test("and the next one takes its place, as after a crash", async () => {
    const isolator = await useIsolator();
    await isolationError(isolator.invoke(BREACHES, "sendRubbish"));
    expect(await isolator.invoke(BREACHES, "nothing")).toBe("nothing");
    expect(isolator.generation).toBe(2);
  });
});
