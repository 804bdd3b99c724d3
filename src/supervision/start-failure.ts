import { IsolationError, type IsolationFacts } from "../errors/index.js";
import type { ExitOutcome } from "../process/index.js";

/** A start that failed, with how the process ended where there was one. */
export class StartFailure extends Error {
  readonly error: IsolationError;
  readonly outcome: ExitOutcome | undefined;

  constructor(error: IsolationError, outcome: ExitOutcome | undefined) {
    super(error.message, { cause: error });
    this.error = error;
    this.outcome = outcome;
  }

  /** Whatever was thrown on the way to a generation. */
  static of(thrown: unknown): StartFailure {
    if (thrown instanceof StartFailure) return thrown;
    const error = new IsolationError("START_FAILED", `unexpected: ${String(thrown)}`, { cause: thrown });
    return new StartFailure(error, undefined);
  }
}

/** What was thrown while a process started, with the facts of its generation. */
export function toStartError(error: unknown, facts: IsolationFacts): IsolationError {
  if (IsolationError.is(error)) {
    if (error.facts.isolate !== undefined) return error;
    const withoutCode = error.message.slice(error.code.length + 2);
    return new IsolationError(error.code, withoutCode, { cause: error.cause, facts: { ...facts, ...error.facts } });
  }
  const message = `the process could not be started: ${error instanceof Error ? error.message : String(error)}`;
  return new IsolationError("START_FAILED", message, { cause: error, facts: { ...facts, reason: "start-failed" } });
}
