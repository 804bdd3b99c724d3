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
