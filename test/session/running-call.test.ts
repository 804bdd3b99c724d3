import { describe, expect, onTestFinished, test, vi } from "vitest";
import { IsolationError } from "../../src/errors/index.js";
import { RunningCall } from "../../src/session/running-call.js";
import { Scope } from "../../src/session/scope.js";

const gone = (): IsolationError => new IsolationError("CANCELLED", "the caller is gone");

describe("a call while it runs", () => {
  test("is the first attempt, without deadline and trace, unless it is said otherwise", () => {
    expect(new RunningCall(7, undefined)).toMatchObject({ id: 7, attempt: 1, deadline: undefined, trace: {} });
    const none = { attempt: 0, timeoutMs: 0, trace: {}, scope: undefined };
    expect(new RunningCall(7, none)).toMatchObject({ attempt: 1, deadline: undefined });
  });

  test("has what was said of it", () => {
    vi.useFakeTimers({ now: 1_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const details = { attempt: 3, timeoutMs: 1, trace: { traceparent: "00-1" }, scope: new Scope() };
    expect(new RunningCall(1, details)).toMatchObject({
      attempt: 3,
      deadline: 1_000_001,
      trace: { traceparent: "00-1" },
      scope: details.scope,
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
