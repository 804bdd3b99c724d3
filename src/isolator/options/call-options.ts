import { aBoolean, anAbortSignal, milliseconds, plainObject } from "./checks.js";

/** Options of one call. */
export interface CallOptions {
  /** Cancels the call: it rejects with CANCELLED at once, and the callee is told. */
  signal?: AbortSignal;
  /** Milliseconds, waiting included, until the call rejects with DEADLINE_EXCEEDED. Default: the isolator's `callTimeoutMs`. */
  timeoutMs?: number;
  /** Whether the call may run again when the process dies while it runs. Default false. */
  idempotent?: boolean;
}

export interface ResolvedCallOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly idempotent: boolean;
}

const CALL_OPTIONS = ["signal", "timeoutMs", "idempotent"];

export function resolveCallOptions(
  value: CallOptions | undefined,
  callTimeoutMs: number | undefined,
): ResolvedCallOptions {
  if (value === undefined) return { signal: undefined, timeoutMs: callTimeoutMs, idempotent: false };
  const { signal, timeoutMs, idempotent } = plainObject("call options", value, CALL_OPTIONS);
  return {
    signal: anAbortSignal("signal", signal),
    timeoutMs: timeoutMs === undefined ? callTimeoutMs : milliseconds("timeoutMs", timeoutMs, 1),
    idempotent: aBoolean("idempotent", idempotent ?? false),
  };
}
