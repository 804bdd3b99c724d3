import { describe, expect, test } from "vitest";
import {
  resolveCallOptions,
  resolveOptions,
  resolveShutdownOptions,
  resolveTerminateOptions,
  resolveWaitOptions,
} from "../../../src/isolator/options/index.js";
import { LONGEST_TIMER_MS } from "../../../src/platform/index.js";

/** Whoever takes a time, by its name. Values come as JavaScript may give them. */
const TAKERS: Record<string, (value: never) => unknown> = {
  startTimeoutMs: (startTimeoutMs) => resolveOptions({ startTimeoutMs }, { name: "x" }),
  graceMs: (graceMs) => resolveOptions({ graceMs }, { name: "x" }),
  callTimeoutMs: (callTimeoutMs) => resolveOptions({ callTimeoutMs }, { name: "x" }),
  unresponsiveAfterMs: (unresponsiveAfterMs) => resolveOptions({ unresponsiveAfterMs }, { name: "x" }),
  "recycle.afterMs": (afterMs) => resolveOptions({ recycle: { afterMs } }, { name: "x" }),
  "recycle.whenIdleMs": (whenIdleMs) => resolveOptions({ recycle: { whenIdleMs } }, { name: "x" }),
  "restart.withinMs": (withinMs) => resolveOptions({ restart: { withinMs } }, { name: "x" }),
  "restart.backoff.initialMs": (initialMs) => resolveOptions({ restart: { backoff: { initialMs } } }, { name: "x" }),
  "restart.backoff.maxMs": (maxMs) => resolveOptions({ restart: { backoff: { maxMs } } }, { name: "x" }),
  "budget.decodeMs": (decodeMs) => resolveOptions({ budget: { decodeMs } }, { name: "x" }),
  "timeoutMs of a call": (timeoutMs) => resolveCallOptions({ timeoutMs }, undefined),
  "timeoutMs of a wait": (timeoutMs) => resolveWaitOptions({ timeoutMs }),
  "graceMs of shutdown": (graceMs) => resolveShutdownOptions({ graceMs }, 5_000),
};

describe.each(Object.entries(TAKERS))("%s", (name, take) => {
  test.each([null, Number.NaN, Number.POSITIVE_INFINITY, -1, LONGEST_TIMER_MS + 1, "100"])("may not be %s", (value) => {
    const [option = ""] = name.split(" ");
    const message = expect.stringMatching(new RegExp(`^INVALID_OPTION: ${option} must be milliseconds`));
    expect(() => take(value as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message }));
  });

  test("may be as long as a timer can wait, or left out", () => {
    expect(() => take(LONGEST_TIMER_MS as never)).not.toThrow();
    expect(() => take(undefined as never)).not.toThrow();
  });
});

test("null is a value, and a wrong one, wherever a call or an end takes options", () => {
  const refused = expect.objectContaining({ code: "INVALID_OPTION" });
  expect(() => resolveShutdownOptions({ reason: null as never }, 0)).toThrow(refused);
  expect(() => resolveShutdownOptions(null as never, 0)).toThrow(refused);
  expect(() => resolveTerminateOptions({ signal: null as never })).toThrow(refused);
  expect(() => resolveCallOptions({ idempotent: null as never }, undefined)).toThrow(refused);
});
