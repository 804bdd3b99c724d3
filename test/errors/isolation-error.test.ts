import { ERROR_CODES, IsolationError, type IsolationErrorCode } from "process-isolation";
import { describe, expect, test } from "vitest";
import { IsolationError as OtherCopy } from "../../src/errors/index.js";

describe("an IsolationError", () => {
  test("shows its code in the message, and is named after its class", () => {
    const error = new IsolationError("START_FAILED", "there is no node");
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "IsolationError",
      code: "START_FAILED",
      message: "START_FAILED: there is no node",
    });
    expect(String(error)).toBe("IsolationError: START_FAILED: there is no node");
    expect(error.stack).toContain("isolation-error.test.ts");
  });

  test("has a cause only where there is one", () => {
    const cause = new Error("deeper");
    expect(new IsolationError("CRASHED", "x", { cause }).cause).toBe(cause);
    expect(new IsolationError("CRASHED", "x")).not.toHaveProperty("cause");
    expect(new IsolationError("CRASHED", "x", { cause: null }).cause).toBeNull();
  });

  test("has frozen facts that are its own", () => {
    const facts = { pid: 7 };
    const error = new IsolationError("CRASHED", "x", { facts });
    facts.pid = 8;
    expect(error.facts).toEqual({ pid: 7 });
    expect(Object.isFrozen(error.facts)).toBe(true);
    expect(new IsolationError("CRASHED", "x").facts).toEqual({});
  });
});

describe("IsolationError.is", () => {
  test("tells errors of this copy of the package and of another, by code where one is given", () => {
    expect(OtherCopy).not.toBe(IsolationError);
    for (const error of [new IsolationError("CRASHED", "x"), new OtherCopy("CRASHED", "x")]) {
      expect(IsolationError.is(error)).toBe(true);
      expect(OtherCopy.is(error)).toBe(true);
      expect(IsolationError.is(error, "CRASHED")).toBe(true);
      expect(IsolationError.is(error, "STOPPED")).toBe(false);
    }
  });

  test.each([[undefined], [null], [0], ["CRASHED"], [{ code: "CRASHED" }], [new Error("CRASHED: x")]])(
    "says no to %s",
    (value) => {
      expect(IsolationError.is(value)).toBe(false);
      expect(IsolationError.is(value, "CRASHED")).toBe(false);
    },
  );
});

test("the codes are those of the design, each with a sentence", () => {
  const codes: IsolationErrorCode[] = [
    "CANCELLED",
    "CRASHED",
    "DEADLINE_EXCEEDED",
    "INVALID_OPTION",
    "LIMIT_EXCEEDED",
    "METHOD_NOT_FOUND",
    "MODULE_FAILED",
    "MODULE_NOT_FOUND",
    "NOT_GRANTED",
    "NOT_SERIALIZABLE",
    "PROTOCOL",
    "QUEUE_FULL",
    "RESTARTS_EXHAUSTED",
    "START_FAILED",
    "START_TIMEOUT",
    "STOPPED",
    "UNAUTHENTICATED",
    "UNRESPONSIVE",
  ];
  expect(Object.keys(ERROR_CODES).sort()).toEqual(codes);
  for (const sentence of Object.values(ERROR_CODES)) expect(sentence).toMatch(/^[A-Z`].*\.$/);
});
