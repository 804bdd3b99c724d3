import { type ExitOutcome, endedBetweenProcesses } from "../process/index.js";
import { isWanted } from "./end-record.js";
import type { StopCause } from "./state.js";

/** How the isolator ended: as its last process did, unless somebody ended it when that was gone already. */
export function toFinalOutcome(outcome: ExitOutcome, { kind }: StopCause): ExitOutcome {
  const wanted = kind === "shutdown" ? "requested" : "terminated";
  if (kind === "crashed" || kind === "exhausted" || isWanted(outcome.reason)) return outcome;
  return endedBetweenProcesses(outcome, wanted);
}
