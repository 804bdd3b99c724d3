import type { PoolPolicy } from "./options/index.js";

/** What a pool has, and what it has to do. */
export interface PoolLoad {
  /** Processes that take calls. */
  readonly ready: number;
  /** Those of them that have calls. */
  readonly busy: number;
  /** Processes that are being started. */
  readonly starting: number;
  /** Processes that take no more calls and have yet to end. */
  readonly leaving: number;
  /** Calls that wait, and that any process may take. */
  readonly waiting: number;
  /** Milliseconds that the first of them has waited since it came, or since the last process got ready, whichever is less. */
  readonly waitedMs: number;
}

/** What scaling depends on. */
export type ScalingPolicy = Pick<
  PoolPolicy,
  "min" | "max" | "spares" | "concurrency" | "scaleUpAfterMs" | "isOneShot" | "startsAtOnce"
>;

/**
 * How many processes to start now: for `min`, for `spares`, and for calls that wait. Never more than the calls could use, than
 * the machine can start at once, or than may be there.
 */
export function processesToStart(load: PoolLoad, policy: ScalingPolicy): number {
  const { ready, busy, starting } = load;
  const { min, max, spares, startsAtOnce } = policy;
  const total = ready + starting;
  const idle = ready - busy;
  const wanted = Math.max(min - total, spares - idle - starting, forCalls(load, policy));
  const room = Math.min(max + spares - total, roomBesideLeaving(load, policy), startsAtOnce - starting);
  return Math.max(0, Math.min(wanted, room));
}

/** How many calls that wait have a process of their own coming to them. */
function forCalls(load: PoolLoad, { max, spares, concurrency, scaleUpAfterMs, isOneShot }: ScalingPolicy): number {
  const { ready, busy, starting, waiting, waitedMs } = load;
  if (waiting === 0) return 0;
  const idle = ready - busy;
  // Whoever waits has no process to wait for.
  if (isOneShot) return Math.min(waiting, max - busy) + spares - idle - starting;
  if (ready > 0 && waitedMs < scaleUpAfterMs) return 0;
  const useful = Math.ceil(waiting / concurrency);
  return Math.min(useful, Math.max(1, ready), max - busy - idle) - starting;
}

/** Processes that end slowly must not pile up behind those that are started in their place. */
function roomBesideLeaving({ ready, starting, leaving }: PoolLoad, { max, spares }: ScalingPolicy): number {
  return 2 * (max + spares) - ready - starting - leaving;
}
