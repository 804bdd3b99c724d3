import { describe, expect, test } from "vitest";
import { downError, lostCallError, outcomeFacts } from "../../src/isolator/down-errors.js";
import type { ExitOutcome } from "../../src/process/index.js";
import type { RestartPolicy, StopCause } from "../../src/supervision/index.js";

const EXITED: ExitOutcome = {
  kind: "exited",
  code: 3,
  reason: "exit",
  forced: false,
  stderrTail: "",
  uptimeMs: 12,
  description: "exited with code 3",
};
const KILLED: ExitOutcome = { ...EXITED, kind: "signalled", signal: "SIGSEGV", description: "killed by SIGSEGV" };
const LIMITED: ExitOutcome = { ...KILLED, limit: { name: "memory", bound: 100, observed: 120 } };
const FACTS = { isolate: "store", generation: 2 };

describe("the facts of an end", () => {
  test("are how it ended, and only what is known", () => {
    const common = { reason: "exit", stderrTail: "", uptimeMs: 12 };
    expect(outcomeFacts(EXITED)).toStrictEqual({ exitCode: 3, ...common });
    expect(outcomeFacts(KILLED)).toStrictEqual({ signal: "SIGSEGV", ...common });
    const files = ["/tmp/report.json"];
    expect(outcomeFacts({ ...EXITED, diagnosticFiles: files })).toStrictEqual({
      exitCode: 3,
      ...common,
      diagnosticFiles: files,
    });
    const limit = { signal: "SIGSEGV", ...common, limit: "memory", bound: 100 };
    expect(outcomeFacts(LIMITED)).toStrictEqual({ ...limit, observed: 120 });
    const unseen = { name: "memory", bound: 100, observed: undefined };
    expect(outcomeFacts({ ...LIMITED, limit: unseen })).toStrictEqual(limit);
  });
});

describe("a call that was running", () => {
  const lost = (outcome: ExitOutcome, context: Partial<Parameters<typeof lostCallError>[2]> = {}) =>
    lostCallError(outcome, FACTS, { requested: false, ...context });

  test("says that the process was stopped, whatever else ended it", () => {
    expect(lost(LIMITED, { requested: true })).toMatchObject({
      code: "STOPPED",
      message: "STOPPED: store was stopped before the call finished; it was killed by SIGSEGV",
      facts: FACTS,
    });
  });

  test("says why the process was replaced", () => {
    expect(lost({ ...KILLED, reason: "unresponsive" }, { why: "it was frozen" })).toMatchObject({
      code: "UNRESPONSIVE",
      message: "UNRESPONSIVE: store was replaced because it was frozen",
    });
  });

  test("names the limit, its bound, and what was seen where that is known", () => {
    expect(lost(LIMITED)).toMatchObject({
      code: "LIMIT_EXCEEDED",
      message: "LIMIT_EXCEEDED: store was ended by limits.memory: it reached its bound of 100, seen at 120",
    });
    const unseen = {
      ...LIMITED,
      limit: { name: "pids", bound: 5, observed: undefined },
      diagnosticFiles: ["/a", "/b"],
    };
    expect(lost(unseen).message).toMatch(/reached its bound of 5; see \/a, \/b$/);
  });

  test("tells how the process ended, with its last words and what made it", () => {
    const cause = new Error("broken");
    expect(lost(EXITED, { cause })).toMatchObject({
      code: "CRASHED",
      cause,
      message: "CRASHED: store exited with code 3 while the call was running",
    });
    expect(lost({ ...EXITED, stderrTail: "oh no", diagnosticFiles: ["/a"] }).message).toBe(
      "CRASHED: store exited with code 3 while the call was running; see /a; its last output on stderr was:\noh no",
    );
  });
});

describe("a call that cannot be taken", () => {
  const policy = { maxRestarts: 4, withinMs: 500 } as RestartPolicy;
  test.each<[StopCause, string]>([
    [{ kind: "shutdown", reason: "done" }, "STOPPED: store was shut down (done)"],
    [{ kind: "terminated" }, "STOPPED: store was terminated"],
    [{ kind: "crashed" }, "STOPPED: store is down and restarting is off"],
    [{ kind: "exhausted" }, "RESTARTS_EXHAUSTED: store is down after 4 restarts within 500 ms"],
  ])("says why: %o", (cause, message) => {
    const told = downError(cause, undefined, FACTS, policy);
    expect(told).toMatchObject({ message, code: message.split(":")[0], facts: FACTS });
    expect(downError(cause, EXITED, FACTS, policy).message).toBe(`${message}; the last process exited with code 3`);
  });
});
