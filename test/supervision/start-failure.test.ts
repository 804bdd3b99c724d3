import { describe, expect, test } from "vitest";
import { IsolationError } from "../../src/errors/index.js";
import { StartFailure } from "../../src/supervision/index.js";
import { toStartError } from "../../src/supervision/start-failure.js";

const FACTS = { isolate: "store", generation: 3 };

describe("what was thrown on the way to a generation", () => {
  test("is a failed start as it is", () => {
    const failure = new StartFailure(new IsolationError("CANCELLED", "too slow"), undefined);
    expect(StartFailure.of(failure)).toBe(failure);
    expect(failure).toMatchObject({ message: "CANCELLED: too slow", cause: failure.error });
  });

  test("is the cause of one otherwise", () => {
    const thrown = new TypeError("no such thing");
    const { error, outcome } = StartFailure.of(thrown);
    expect(error).toMatchObject({ code: "START_FAILED", cause: thrown });
    expect(error.message).toBe("START_FAILED: unexpected: TypeError: no such thing");
    expect(outcome).toBeUndefined();
  });
});

describe("an error of a start", () => {
  test("that knows its isolate stays", () => {
    const error = new IsolationError("CRASHED", "gone", { facts: { isolate: "other", generation: 1 } });
    expect(toStartError(error, FACTS)).toBe(error);
  });

  test("that does not gets the facts beside its own, its code once, and keeps its cause", () => {
    const cause = new Error("below");
    const error = new IsolationError("PROTOCOL", "said too much", { cause, facts: { generation: 9, pid: 1 } });
    const told = toStartError(error, FACTS);
    expect(told).toMatchObject({ code: "PROTOCOL", cause, facts: { isolate: "store", generation: 9, pid: 1 } });
    expect(told.message.match(/PROTOCOL/g)).toHaveLength(1);
    expect(told.message).toContain("said too much");
  });

  test.each([
    [new Error("no space left on device"), "no space left on device"],
    ["a text", "a text"],
  ])("that is none of ours says that the process could not be started: %s", (thrown, told) => {
    const error = toStartError(thrown, FACTS);
    expect(error).toMatchObject({ code: "START_FAILED", cause: thrown, facts: { ...FACTS, reason: "start-failed" } });
    expect(error.message).toContain(`the process could not be started: ${told}`);
  });
});
