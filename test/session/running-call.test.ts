import { describe, expect, test } from "vitest";
import { IsolationError } from "../../src/errors/index.js";
import { RunningCall } from "../../src/session/running-call.js";
import { Scope } from "../../src/session/scope.js";

const gone = (): IsolationError => new IsolationError("CANCELLED", "the caller is gone");

describe("a call while it runs", () => {
  test("is the first attempt, without deadline and trace, unless it is said otherwise", () => {
    expect(new RunningCall(7, undefined)).toMatchObject({ id: 7, attempt: 1, deadline: undefined, trace: {} });
    expect(new RunningCall(7, { attempt: 0, trace: {} })).toMatchObject({ attempt: 1, deadline: undefined });
  });

  test("has what was said of it", () => {
    const scope = new Scope();
    const trace = { traceparent: "00-1" };
    expect(new RunningCall(1, { attempt: 3, trace }, 1_000_001, scope)).toMatchObject({
      attempt: 3,
      deadline: 1_000_001,
      trace,
      scope,
    });
  });

  test("has one signal, which aborts with the first reason, whether it was asked for before or after", () => {
    const [early, late] = [new RunningCall(1, undefined), new RunningCall(2, undefined)];
    const { signal } = early;
    expect(signal.aborted).toBe(false);
    const reason = gone();
    for (const call of [early, late]) {
      call.abort(reason);
      call.abort(gone());
      expect(call.signal).toBe(call.signal);
      expect(call.signal.reason).toBe(reason);
    }
    expect(early.signal).toBe(signal);
    expect(new RunningCall(3, undefined).signal.aborted).toBe(false);
  });

  test("tells once that it was abandoned", () => {
    const call = new RunningCall(1, undefined);
    const heard: IsolationError[] = [];
    call.onAbandoned((error) => void heard.push(error));
    const reason = gone();
    call.abort(reason);
    call.abort(gone());
    expect(heard).toEqual([reason]);
    expect(heard[0]).toBe(reason);
  });
});
