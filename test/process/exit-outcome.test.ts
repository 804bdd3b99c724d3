import { describe, expect, test } from "vitest";
import { type ExitContext, toExitOutcome } from "../../src/process/index.js";

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

test("what ended it on purpose decides the reason", () => {
  const facts = { ...context, reason: "terminated", forced: true } as const;
  expect(toExitOutcome({ code: null, signal: "SIGKILL" }, facts)).toMatchObject({ reason: "terminated", forced: true });
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
