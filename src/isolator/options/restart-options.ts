import { invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import type { RestartPolicy } from "../../supervision/index.js";
import { milliseconds, numberWithin, oneOf } from "./checks.js";

/** How often, and how fast, a crashed process is started again. */
export interface RestartOptions {
  /** Restarts within `withinMs` before the isolator gives up. Default 10; 0 turns restarting off. A requested end never counts. */
  maxRestarts?: number;
  /** The length of the sliding window in which restarts are counted, in milliseconds. Default 60,000. */
  withinMs?: number;
  /**
   * The wait before a restart. The first restart after healthy running (a call was answered, or 5 s passed) is
   * immediate; from the next on it is `initialMs` (default 100), times `factor` (default 2) each time, up to `maxMs`
   * (default 5,000). `jitter` (0 to 1, default 0.2) is the share of the wait that is left to chance.
   */
  backoff?: { initialMs?: number; maxMs?: number; factor?: number; jitter?: number };
}

/**
 * What a crash leads to: `"restart"` (default) as `restart` says, `"stay-down"`, or `"exit-host"`, which ends the host
 * process with the child's exit code, or 128 plus the signal's number.
 */
export type OnCrash = "restart" | "stay-down" | "exit-host";

const RESTART_OPTIONS = ["maxRestarts", "withinMs", "backoff"];
const BACKOFF_OPTIONS = ["initialMs", "maxMs", "factor", "jitter"];

export function resolveOnCrash(value: unknown = "restart"): OnCrash {
  return oneOf("onCrash", value, ["restart", "stay-down", "exit-host"]);
}

export function resolveRestart(value: unknown = true): RestartPolicy {
  if (value === true) return resolveRestart({});
  if (value === false) return resolveRestart({ maxRestarts: 0 });
  if (typeof value !== "object") throw invalidOption("restart", "true, false or an object", value);
  const { maxRestarts = 10, withinMs = 60_000, backoff } = ownOptions("restart", value, RESTART_OPTIONS);
  return Object.freeze({
    maxRestarts: wholeNumber("restart.maxRestarts", maxRestarts, 0, 1e9),
    withinMs: milliseconds("restart.withinMs", withinMs, 1),
    backoff: resolveBackoff(backoff),
  });
}

function resolveBackoff(value: unknown = {}): RestartPolicy["backoff"] {
  const { initialMs = 100, maxMs, factor = 2, jitter = 0.2 } = ownOptions("restart.backoff", value, BACKOFF_OPTIONS);
  const initial = milliseconds("restart.backoff.initialMs", initialMs);
  const longest = maxMs === undefined ? Math.max(5_000, initial) : maxMs;
  return Object.freeze({
    initialMs: initial,
    maxMs: milliseconds("restart.backoff.maxMs", longest, initial),
    factor: numberWithin("restart.backoff.factor", factor, 1, 100),
    jitter: numberWithin("restart.backoff.jitter", jitter, 0, 1),
  });
}

/** When the supervisor starts again, from both options together; `undefined` when a crash is the end. */
export function toRestartPolicy(onCrash: OnCrash, policy: RestartPolicy): RestartPolicy | undefined {
  return onCrash === "restart" && policy.maxRestarts > 0 ? policy : undefined;
}
