import { DelayedError, RateLimitError, UnrecoverableError, WaitingChildrenError, WaitingError } from "bullmq";
import type { IsolationError } from "../../errors/index.js";

/** By these BullMQ's worker knows that a job has not failed in the ordinary way. */
const SPECIAL: ReadonlyMap<string, abstract new () => Error> = new Map<string, abstract new () => Error>([
  ["DelayedError", DelayedError],
  ["RateLimitError", RateLimitError],
  ["UnrecoverableError", UnrecoverableError],
  ["WaitingChildrenError", WaitingChildrenError],
  ["WaitingError", WaitingError],
]);

/** Says of an error whose class extends a special one which that is; set in the process. */
const MARK = "bullmqError";

/**
 * Makes an instance of BullMQ's own class of an error of such a class: the module may have a copy of BullMQ of its own. One
 * that somebody has registered a class for is left as it is.
 */
export function asSpecialError(error: unknown): unknown {
  if (!(error instanceof Error) || Object.getPrototypeOf(error) !== Error.prototype) return error;
  const mark: unknown = Reflect.get(error, MARK);
  const Class = SPECIAL.get(typeof mark === "string" ? mark : error.name);
  if (Class === undefined) return error;
  Reflect.deleteProperty(error, MARK);
  return Object.setPrototypeOf(error, Class.prototype);
}

/** What a job fails with whose module cannot run any job, so that it is not tried again. */
export function unrecoverable(error: IsolationError): Error {
  const failure = new UnrecoverableError(error.message);
  const { cause } = error;
  const thrown = cause instanceof Error && cause.stack !== undefined ? `\n  [cause]: ${cause.stack}` : "";
  // All that BullMQ keeps of an error is its message and this.
  failure.stack = `${error.stack}${thrown}`;
  return Object.assign(failure, { cause: error });
}
