import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { type ExitOutcome, toVerb } from "../process/index.js";
import type { RestartPolicy, StopCause } from "../supervision/index.js";

/** What an outcome contributes to an error's facts. */
export function outcomeFacts(outcome: ExitOutcome): IsolationFacts {
  const { reason, stderrTail, uptimeMs } = outcome;
  const how = outcome.kind === "exited" ? { exitCode: outcome.code } : { signal: outcome.signal };
  const { limit, diagnosticFiles } = outcome;
  const files = diagnosticFiles === undefined ? {} : { diagnosticFiles };
  if (limit === undefined) return { ...how, reason, stderrTail, uptimeMs, ...files };
  const observed = limit.observed === undefined ? {} : { observed: limit.observed };
  return { ...how, reason, stderrTail, uptimeMs, ...files, limit: limit.name, bound: limit.bound, ...observed };
}

/** What is known of the end of a process beside its outcome. */
export interface EndContext {
  /** Whether it was asked to end. */
  readonly requested: boolean;
  /** What the watchdog saw, as a sentence. */
  readonly why?: string | undefined;
  readonly cause?: Error | undefined;
}

/** Why a call that was running will never be answered. */
export function lostCallError(outcome: ExitOutcome, facts: IsolationFacts, context: EndContext): IsolationError {
  const { requested, why, cause } = context;
  const { stderrTail } = outcome;
  if (requested) {
    const message = `${facts.isolate} was stopped before the call finished; it ${toVerb(outcome)}`;
    return new IsolationError("STOPPED", message, { facts });
  }
  if (outcome.reason === "unresponsive") {
    return new IsolationError("UNRESPONSIVE", `${facts.isolate} was replaced because ${why}`, { facts });
  }
  if (outcome.limit !== undefined) {
    const { name, bound, observed } = outcome.limit;
    const used = observed === undefined ? "" : `, seen at ${observed}`;
    const message = `${facts.isolate} was ended by limits.${name}: it reached its bound of ${bound}${used}${filesOf(outcome)}`;
    return new IsolationError("LIMIT_EXCEEDED", message, { facts });
  }
  const tail = stderrTail === "" ? "" : `; its last output on stderr was:\n${stderrTail}`;
  const message = `${facts.isolate} ${toVerb(outcome)} while the call was running${filesOf(outcome)}${tail}`;
  return new IsolationError("CRASHED", message, { facts, cause });
}

function filesOf({ diagnosticFiles }: ExitOutcome): string {
  return diagnosticFiles === undefined ? "" : `; see ${diagnosticFiles.join(", ")}`;
}

/** Why a call cannot be taken. */
export function downError(
  cause: StopCause,
  outcome: ExitOutcome | undefined,
  facts: IsolationFacts,
  { maxRestarts, withinMs }: RestartPolicy,
): IsolationError {
  const last = outcome === undefined ? "" : `; the last process ${toVerb(outcome)}`;
  switch (cause.kind) {
    case "shutdown":
      return new IsolationError("STOPPED", `${facts.isolate} was shut down (${cause.reason})${last}`, { facts });
    case "terminated":
      return new IsolationError("STOPPED", `${facts.isolate} was terminated${last}`, { facts });
    case "crashed":
      return new IsolationError("STOPPED", `${facts.isolate} is down and restarting is off${last}`, { facts });
    case "exhausted": {
      const budget = `${maxRestarts} restarts within ${withinMs} ms`;
      return new IsolationError("RESTARTS_EXHAUSTED", `${facts.isolate} is down after ${budget}${last}`, { facts });
    }
  }
}
