import fc from "fast-check";
import { expect, test } from "vitest";
import { type ExitReason, IsolationError } from "../../src/errors/index.js";
import { EndRecord } from "../../src/supervision/end-record.js";
import { isWanted } from "../../src/supervision/index.js";
import type { Unresponsive } from "../../src/supervision/watchdog.js";

const REASONS: readonly ExitReason[] = ["requested", "terminated", "protocol", "unresponsive", "start-failed"];
const SEEN: Unresponsive = { diagnosis: "blocked", forMs: 1, state: undefined, cpuSeconds: undefined };

test("whoever made it end first is why it ended, and what the process itself claims counts only while nobody knows better", () => {
  const reason = fc.constantFrom(...REASONS);
  const event = fc.oneof(
    fc.record({ kind: fc.constant("because" as const), reason, isTold: fc.boolean() }),
    fc.record({ kind: fc.constant("claims" as const), reason, isTold: fc.constant(false) }),
    fc.record({ kind: fc.constant("forced" as const), reason, isTold: fc.constant(false) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), (events) => {
      const record = new EndRecord();
      const cause = new IsolationError("PROTOCOL", "broken");
      for (const { kind, reason: why, isTold } of events) {
        if (kind === "forced") record.markForced();
        else if (kind === "claims") record.claims(why);
        else if (isTold) record.because(why, { cause, unresponsive: SEEN });
        else record.because(why);
      }
      const known = events.find(({ kind }) => kind === "because");
      const claimed = events.find(({ kind }) => kind === "claims");
      expect(record.reason).toBe((known ?? claimed)?.reason);
      expect(record.cause).toBe(known?.isTold ? cause : undefined);
      expect(record.unresponsive).toBe(known?.isTold ? SEEN : undefined);
      expect(record.forced).toBe(events.some(({ kind }) => kind === "forced"));
    }),
  );
});

test("only an end that somebody asked for is wanted", () => {
  expect(REASONS.filter(isWanted)).toEqual(["requested", "terminated"]);
});
