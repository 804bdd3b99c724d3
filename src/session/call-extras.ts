import type { CallDetails } from "../contract/index.js";

/** What a call may have beyond its columns. */
export type CallExtras = Partial<Omit<CallDetails, "index">>;

const NO_EXTRAS = { args: undefined, attempt: 0, timeoutMs: 0, trace: {} };

/** Most calls have no trace: then nothing is said of it. */
export function hasTrace(trace: Readonly<Record<string, string>> | undefined): boolean {
  for (const _ in trace) return true;
  return false;
}

/** @param index of the call among those of its frame */
export function toDetails(extras: CallExtras, index: number): CallDetails {
  return { ...NO_EXTRAS, ...extras, index };
}
