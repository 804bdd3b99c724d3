import { aBoolean, invalidOption, ownOptions } from "../../errors/index.js";
import { anAbortSignal, milliseconds, stringRecord } from "./checks.js";

/** Options of one call. */
export interface CallOptions {
  /**
   * Cancels the call: it rejects with CANCELLED at once, and the callee is told. A stream that the call has returned goes on;
   * whoever reads it leaves it.
   */
  signal?: AbortSignal;
  /**
   * Milliseconds, waiting included, until the call rejects with DEADLINE_EXCEEDED. Default: the isolator's `callTimeoutMs`. A
   * call that returns a stream has ended with that.
   */
  timeoutMs?: number;
  /**
   * Whether the call may run again when the process dies while it runs. Default false. One that was given a stream does
   * not: the stream can be read only once.
   */
  idempotent?: boolean;
  /** Trace context for the callee, such as `{ traceparent }`; `currentCall().trace` there. At most 64 names and 16,384 characters. */
  trace?: Readonly<Record<string, string>>;
}

export interface ResolvedCallOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly idempotent: boolean;
  readonly trace: Readonly<Record<string, string>> | undefined;
}

const MAX_TRACE_NAMES = 64;
const MAX_TRACE_LENGTH = 16_384;

/** The names of all options of a call. */
export const CALL_OPTION_NAMES: readonly string[] = ["signal", "timeoutMs", "idempotent", "trace"];

export function resolveCallOptions(
  value: CallOptions | undefined,
  callTimeoutMs: number | undefined,
): ResolvedCallOptions {
  if (value === undefined) return { signal: undefined, timeoutMs: callTimeoutMs, idempotent: false, trace: undefined };
  const { signal, timeoutMs, idempotent = false, trace } = ownOptions("call options", value, CALL_OPTION_NAMES);
  return {
    signal: anAbortSignal("signal", signal),
    timeoutMs: timeoutMs === undefined ? callTimeoutMs : milliseconds("timeoutMs", timeoutMs, 1),
    idempotent: aBoolean("idempotent", idempotent),
    trace: trace === undefined ? undefined : resolveTrace(trace),
  };
}

/** It goes along with the call, in the same message. */
function resolveTrace(value: unknown): Readonly<Record<string, string>> {
  const trace = stringRecord("trace", value);
  const entries = Object.entries(trace);
  const length = entries.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  if (entries.length <= MAX_TRACE_NAMES && length <= MAX_TRACE_LENGTH) return trace;
  const bound = `at most ${MAX_TRACE_NAMES} names and ${MAX_TRACE_LENGTH} characters`;
  throw invalidOption("trace", bound, `${entries.length} names and ${length} characters`);
}
