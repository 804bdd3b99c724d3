import { constants } from "node:os";
import type { ExitOutcome } from "../process/index.js";

/** Ends the host process as the isolated one ended: its exit code, or 128 plus the signal's number. */
export function exitHost(outcome: ExitOutcome): never {
  process.exit(toExitCode(outcome));
}

/** The exit code by which a shell would report the outcome. */
export function toExitCode(outcome: ExitOutcome): number {
  return outcome.kind === "exited" ? outcome.code : 128 + constants.signals[outcome.signal];
}
