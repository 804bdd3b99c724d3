import { expect, test } from "vitest";
import { IsolationError } from "../../../src/errors/index.js";
import type { AskedCall } from "../../../src/isolator/index.js";
import { FairShare } from "../../../src/kernel/life/fair-share.js";
import { RunningCall } from "../../../src/session/running-call.js";
import { until } from "../../helpers/until.js";

/** Calls of one isolate, and what each came to. */
function useCalls() {
  const outcomes: unknown[] = [];
  const answerer = {
    succeed: (_: RunningCall, value: unknown) => void outcomes.push(value),
    fail: (_: RunningCall, error: unknown) => void outcomes.push((error as IsolationError).code),
  };
  let id = 0;
  const make = (deadline?: number): RunningCall => {
    id += 1;
    const call = new RunningCall(id, undefined, deadline);
    call.answerer = answerer;
    return call;
  };
  return { make, outcomes };
}

const failure = new IsolationError("STOPPED", "it is down");

test("calls beyond the share wait, and begin in their order as others end", () => {
  const share = new FairShare(2);
  const { make, outcomes } = useCalls();
  const begun: AskedCall[] = [];
  for (const name of ["a", "b", "c", "d"]) share.run((call) => void begun.push(call), [name], make());
  expect(begun.map(({ args }) => args[0])).toEqual(["a", "b"]);
  begun[1]?.resolve("of b");
  begun[0]?.reject(failure);
  expect(begun.map(({ args }) => args[0])).toEqual(["a", "b", "c", "d"]);
  expect(outcomes).toEqual(["of b", "STOPPED"]);
});

test("many calls that fail as soon as they begin do not use up the stack", () => {
  const share = new FairShare(1);
  const { make, outcomes } = useCalls();
  const begun: AskedCall[] = [];
  share.run((call) => void begun.push(call), [], make());
  for (let count = 0; count < 20_000; count += 1) share.run((call) => call.reject(failure), [], make());
  begun[0]?.resolve("first");
  expect(outcomes).toHaveLength(20_001);
});

test("a call that nobody waits for any more, or whose time is over, is answered and never begun", async () => {
  const share = new FairShare(1);
  const { make, outcomes } = useCalls();
  const begun: AskedCall[] = [];
  const begin = (call: AskedCall): void => void begun.push(call);
  share.run(begin, ["first"], make());
  const abandoned = make();
  share.run(begin, ["abandoned"], abandoned);
  share.run(begin, ["late"], make(Date.now() + 1));
  share.run(begin, ["last"], make());
  abandoned.abort(new IsolationError("CANCELLED", "nobody waits"));
  await until(() => outcomes.length === 2);
  begun[0]?.resolve("first");
  expect(outcomes).toEqual(["CANCELLED", "DEADLINE_EXCEEDED", "first"]);
  expect(begun.map(({ args }) => args[0])).toEqual(["first", "last"]);
});
