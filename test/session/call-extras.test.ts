import { expect, test } from "vitest";
import { hasTrace, toDetails } from "../../src/session/call-extras.js";

test("a call has a trace where anything is said of it", () => {
  expect([undefined, {}].map(hasTrace)).toEqual([false, false]);
  expect(hasTrace({ traceparent: "00-1" })).toBe(true);
});

test("what a call has beyond its columns is whole, whatever was said of it", () => {
  expect(toDetails({}, 3)).toEqual({ index: 3, args: undefined, attempt: 0, timeoutMs: 0, trace: {} });
  const args = { form: undefined };
  expect(toDetails({ args, attempt: 2, timeoutMs: 5, trace: { a: "b" } }, 0)).toEqual({
    index: 0,
    args,
    attempt: 2,
    timeoutMs: 5,
    trace: { a: "b" },
  });
});
