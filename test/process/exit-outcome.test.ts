import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { type ExitContext, endedBetweenProcesses, toExitOutcome } from "../../src/process/index.js";

const context: ExitContext = {
  reason: undefined,
  verdict: undefined,
  heapIsFull: false,
  forced: false,
  stderrTail: "",
  uptimeMs: 5,
};
const outOfMemory = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";

test.each([0, 1, 3, 255])("exit code %i", (code) => {
  expect(toExitOutcome({ code, signal: null }, context)).toEqual({
    kind: "exited",
    code,
    reason: "exit",
    forced: false,
    stderrTail: "",
    uptimeMs: 5,
    description: `exited with code ${code}`,
  });
});

test.each<[NodeJS.Signals, string]>([
  ["SIGSEGV", "killed by SIGSEGV (invalid memory access)"],
  ["SIGKILL", "killed by SIGKILL (killed at once, by hand or by the system, as when memory runs out)"],
  ["SIGTERM", "killed by SIGTERM (asked to end)"],
  ["SIGUSR2", "killed by SIGUSR2"],
])("%s", (signal, description) => {
  const outcome = toExitOutcome({ code: null, signal }, context);
  expect(outcome).toMatchObject({ kind: "signalled", signal, reason: "signal", description });
  expect(outcome).not.toHaveProperty("code");
});

test.each([
  ["terminated", "its host terminated it"],
  ["requested", "its host asked it to end, and then made it"],
  ["unresponsive", "its host replaced it, because it did not answer"],
  ["pids-limit", "its host ended it, because it reached limits.pids"],
] as const)("what ended it on purpose decides the reason, and the words: %s", (reason, why) => {
  const outcome = toExitOutcome({ code: null, signal: "SIGKILL" }, { ...context, reason, forced: true });
  expect(outcome).toMatchObject({ reason, forced: true, description: `killed by SIGKILL (${why})` });
});

test("one whose start was given up was killed by its host, one that was killed while it started by nobody knows whom", () => {
  const started = { ...context, reason: "start-failed" } as const;
  const killed = { code: null, signal: "SIGKILL" } as const;
  const { description } = toExitOutcome(killed, { ...started, isStartGivenUp: true });
  expect(description).toBe("killed by SIGKILL (its host gave up its start)");
  expect(toExitOutcome(killed, started).description).toContain("by hand or by the system");
});

test("an isolator that was ended after its last process was killed makes no guess about that", () => {
  const last = toExitOutcome({ code: null, signal: "SIGKILL" }, context);
  const { description } = endedBetweenProcesses(last, "requested");
  expect(description).toBe("shut down while it was restarting; the last process was killed by SIGKILL");
});

test("a process that broke the protocol is said to have, and how", () => {
  const cause = new IsolationError("PROTOCOL", "it said ready twice");
  const facts = { ...context, reason: "protocol", cause, forced: true } as const;
  expect(toExitOutcome({ code: null, signal: "SIGKILL" }, facts)).toMatchObject({
    reason: "protocol",
    description: "ended because it broke the protocol: PROTOCOL: it said ready twice",
  });
});

test("an isolator that was ended between two processes says by whom, and how the last one had ended", () => {
  const last = toExitOutcome({ code: 3, signal: null }, context);
  expect(endedBetweenProcesses(last, "terminated")).toMatchObject({
    kind: "exited",
    code: 3,
    reason: "terminated",
    forced: false,
    description: "terminated while it was restarting; the last process exited with code 3",
  });
});

describe("heap-out-of-memory", () => {
  test.each([
    { code: null, signal: "SIGABRT" as const },
    { code: null, signal: "SIGTRAP" as const },
    { code: 134, signal: null },
  ])("is the reason where the heap was seen to be full, %j", (exit) => {
    const outcome = toExitOutcome(exit, { ...context, heapIsFull: true, stderrTail: outOfMemory });
    expect(outcome.reason).toBe("heap-out-of-memory");
    expect(outcome.description).toContain("ran out of JavaScript heap memory");
  });

  test("is no reason where the process only says so: that is in the description", () => {
    const outcome = toExitOutcome({ code: null, signal: "SIGABRT" }, { ...context, stderrTail: outOfMemory });
    expect(outcome.reason).toBe("signal");
    expect(outcome.description).toMatch(/^killed by SIGABRT .*, and it says that its heap was full$/);
  });

  test("is not even said to be claimed where the end was another", () => {
    const facts = { ...context, stderrTail: outOfMemory };
    for (const exit of [
      { code: 1, signal: null },
      { code: null, signal: "SIGKILL" as const },
    ]) {
      expect(toExitOutcome(exit, facts).description).not.toContain("heap was full");
    }
  });
});
