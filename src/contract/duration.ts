import type { Duration } from "./gen/google/protobuf/duration.js";

/** Milliseconds to `google.protobuf.Duration`. */
export function toDuration(ms: number): Duration {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

/** `google.protobuf.Duration` to milliseconds; `fallback` when there is none. */
export function fromDuration(duration: Duration | undefined, fallback: number): number {
  return duration === undefined ? fallback : duration.seconds * 1000 + duration.nanos / 1e6;
}
