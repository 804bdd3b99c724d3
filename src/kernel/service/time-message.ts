import type { Timestamp } from "../../contract/kernel.js";

/** @param ms since 1970 */
export function toTimestamp(ms: number): Timestamp {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1e6) };
}

/** Milliseconds since 1970; 0 where there is none. */
export function fromTimestamp(time: Timestamp | undefined): number {
  return time === undefined ? 0 : time.seconds * 1_000 + time.nanos / 1e6;
}
