import { IsolationError } from "process-isolation";
import { expect } from "vitest";

/** What the promise rejects with; fails the test when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ resolved: true, value }),
    (reason: unknown) => ({ resolved: false, value: reason }),
  );
  expect(outcome, "expected a rejection").toMatchObject({ resolved: false });
  return outcome.value;
}

/** The IsolationError that the promise rejects with; fails the test for anything else. */
export async function isolationError(promise: Promise<unknown>): Promise<IsolationError> {
  const reason = await rejection(promise);
  if (!IsolationError.is(reason)) expect.fail(`expected an IsolationError, received ${String(reason)}`);
  return reason;
}
