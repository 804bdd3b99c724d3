import { constants } from "node:os";
import { invalidOption, ownOptions } from "../../errors/index.js";
import { anAbortSignal, aString, milliseconds } from "./checks.js";

export interface ShutdownOptions {
  /** Why, for the child's log and the error of refused calls. Default `"requested"`. */
  reason?: string;
  /** Milliseconds that running calls get to finish. Default: the isolator's `graceMs`. */
  graceMs?: number;
}

export interface TerminateOptions {
  /** Sent to every process of the tree. Default SIGKILL; after another one, what is left at `graceMs` is killed. */
  signal?: NodeJS.Signals;
}

export interface WaitOptions {
  /** Milliseconds until DEADLINE_EXCEEDED. Default: none. */
  timeoutMs?: number;
  /** Gives up with CANCELLED. */
  signal?: AbortSignal;
}

export interface ResolvedWaitOptions {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

export function resolveShutdownOptions(options: ShutdownOptions, graceMs: number): Required<ShutdownOptions> {
  const given = ownOptions("shutdown options", options, ["reason", "graceMs"]);
  const { reason = "requested", graceMs: wanted = graceMs } = given;
  return { reason: aString("reason", reason), graceMs: milliseconds("graceMs", wanted) };
}

export function resolveTerminateOptions(options: TerminateOptions): Required<TerminateOptions> {
  const { signal = "SIGKILL" } = ownOptions("terminate options", options, ["signal"]);
  if (typeof signal === "string" && Object.hasOwn(constants.signals, signal))
    return { signal: signal as NodeJS.Signals };
  throw invalidOption("signal", "the name of a signal such as SIGKILL", signal);
}

export function resolveWaitOptions(options: WaitOptions): ResolvedWaitOptions {
  const { timeoutMs, signal } = ownOptions("wait options", options, ["timeoutMs", "signal"]);
  return {
    timeoutMs: timeoutMs === undefined ? undefined : milliseconds("timeoutMs", timeoutMs),
    signal: anAbortSignal("signal", signal),
  };
}
