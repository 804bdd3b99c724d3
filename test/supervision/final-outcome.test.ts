import { describe, expect, test } from "vitest";
import { type ExitOutcome, toExitOutcome } from "../../src/process/index.js";
import { toFinalOutcome } from "../../src/supervision/final-outcome.js";
import type { StopCause } from "../../src/supervision/index.js";

const outcome = (reason: ExitOutcome["reason"]): ExitOutcome =>
  toExitOutcome(
    { code: 7, signal: null },
    { reason, verdict: undefined, heapIsFull: false, forced: true, stderrTail: "last words", uptimeMs: 10 },
  );

const SHUTDOWN: StopCause = { kind: "shutdown", reason: "done" };

describe("how an isolator ended", () => {
  test.each<StopCause>([{ kind: "crashed" }, { kind: "exhausted" }])("is its last process's death: $kind", (cause) => {
    for (const reason of ["exit", "requested"] as const) {
      const last = outcome(reason);
      expect(toFinalOutcome(last, cause)).toBe(last);
    }
  });

  test.each<StopCause>([SHUTDOWN, { kind: "terminated" }])(
    "is what its last process was made to do: $kind",
    (cause) => {
      for (const reason of ["requested", "terminated"] as const) {
        const last = outcome(reason);
        expect(toFinalOutcome(last, cause)).toBe(last);
      }
    },
  );

  test.each([
    [SHUTDOWN, "requested", "shut down"],
    [{ kind: "terminated" }, "terminated", "terminated"],
  ] as [StopCause, string, string][])("between two processes is that it was ended: %o", (cause, reason, how) => {
    expect(toFinalOutcome(outcome("exit"), cause)).toEqual({
      ...outcome("exit"),
      reason,
      forced: false,
      description: `${how} while it was restarting; the last process exited with code 7`,
    });
  });
});
