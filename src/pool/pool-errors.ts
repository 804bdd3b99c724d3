import { IsolationError } from "../errors/index.js";
import { downError } from "../isolator/index.js";
import type { ExitOutcome } from "../process/index.js";
import type { RestartPolicy, StopCause } from "../supervision/index.js";

/** What a process that failed has left. */
export interface LastFailure {
  readonly outcome: ExitOutcome | undefined;
  /** What its start failed with, if that did. */
  readonly error: IsolationError | undefined;
}

/** Why a pool takes no calls. */
export interface PoolEnd extends LastFailure {
  readonly cause: StopCause;
}

/** Why a call of a pool cannot be taken. */
export function poolDownError(name: string, end: PoolEnd, restarts: number, policy: RestartPolicy): IsolationError {
  const { cause, outcome, error } = end;
  const facts = { isolate: name, restarts, ...error?.facts };
  if (cause.kind !== "exhausted" || error === undefined) {
    const down = downError(cause, outcome, facts, policy);
    return cause.kind === "exhausted" ? withLast(down, outcome) : down;
  }
  const message = `${name} is down after ${restarts} restarts, the last of which failed: ${error.message}`;
  return new IsolationError("RESTARTS_EXHAUSTED", message, { cause: error, facts });
}

/** The same error once more: each call has one of its own, which tells where it was made. */
export function again({ code, message, cause, facts }: IsolationError): IsolationError {
  return new IsolationError(code, message.slice(`${code}: `.length), { cause, facts });
}

function withLast(error: IsolationError, outcome: ExitOutcome | undefined): IsolationError {
  if (outcome === undefined || outcome.stderrTail === "") return error;
  const message = `${error.message.slice(`${error.code}: `.length)}; its last output on stderr was:\n${outcome.stderrTail}`;
  return new IsolationError(error.code, message, { facts: { ...error.facts, stderrTail: outcome.stderrTail } });
}
