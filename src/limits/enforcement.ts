import type { ResolvedLimits } from "./limit-options.js";

/** The name of one limit, as in `LimitOptions`; `memory.soft` is the lower bound of `memory`. */
export type LimitName = Exclude<keyof ResolvedLimits, "required"> | "memory.soft";

/** What enforces a limit. `host`: this process, by what it reads and keeps. */
export type Mechanism = "cgroup-v2" | "cgroup-v1" | "rlimit" | "affinity" | "v8" | "host" | "watch" | "none";

/**
 * How hard a limit is: held by the `kernel`; by a `runtime` that checks before it gives, as V8 does; only seen by a
 * `watch` soon after it was passed; or `none`: not enforced on this machine.
 */
export type Strength = "kernel" | "runtime" | "watch" | "none";

/** One limit in force. */
export interface Enforcement {
  readonly mechanism: Mechanism;
  readonly strength: Strength;
  /** The limit itself: bytes, percent, seconds or a count; for the affinity a list such as `0-2`. */
  readonly bound: number | string;
}

const STRENGTHS: { readonly [mechanism in Mechanism]: Strength } = {
  "cgroup-v2": "kernel",
  "cgroup-v1": "kernel",
  rlimit: "kernel",
  affinity: "kernel",
  v8: "runtime",
  host: "runtime",
  watch: "watch",
  none: "none",
};

export function enforcedBy(mechanism: Mechanism, bound: number | string): Enforcement {
  return Object.freeze({ mechanism, strength: STRENGTHS[mechanism], bound });
}
