import type { CallDetails } from "../contract/index.js";

/** What a call may have beyond its columns. */
export type CallExtras = Partial<Omit<CallDetails, "index">>;

const NO_TRACE = {};

/** Most calls have no trace: then nothing is said of it. */
export function hasTrace(trace: Readonly<Record<string, string>> | undefined): boolean {
  for (const _ in trace) return true;
  return false;
}

/** @param index of the call among those of its frame */
export function toDetails(extras: CallExtras, index: number): CallDetails {
  const { args, attempt = 0, timeoutMs = 0, trace = NO_TRACE } = extras;
  return { index, args, attempt, timeoutMs, trace };
}
