import type { IsolationOptions, RestartOptions } from "../../isolator/index.js";

/** Options of a single process that a pool decides itself. */
export type DecidedByPool = "maxInFlight" | "standby" | "onCrash" | "restart" | "record";

/** All options of `isolatePool`: those of each process, and those of the pool. Every one is optional. */
export interface PoolOptions<Api = unknown> extends Omit<IsolationOptions<Api>, DecidedByPool> {
  /** Processes that are kept. A whole number from 0 to `max`. Default 1, or 0 where `spares` keeps some. */
  min?: number;
  /**
   * Processes that have calls at once. A whole number from 1 to 1,024. Default: the processors that the host may use, or `min` where
   * that is more.
   */
  max?: number;
  /** Milliseconds after which a process without a call is ended, as long as `min` are left, or Infinity. Default 10,000. */
  idleMs?: number;
  /** Calls that run at once in one process. A whole number from 1. Default 1. */
  concurrency?: number;
  /** Calls that may wait in the whole pool; one more fails with QUEUE_FULL. A whole number from 0, or Infinity. Default Infinity. */
  maxQueue?: number;
  /**
   * Milliseconds that a call may wait until another process is started for it, up to `max`. The time begins anew when a process
   * gets ready; at once there are no more starts than processes that are ready. Where there is none, one is started at once.
   * Default 20.
   */
  scaleUpAfterMs?: number;
  /**
   * The key of a call, where it has not its own: calls of one key go to one process, in their order, as long as that lives.
   * `undefined` for any process. Default: none.
   */
  key?: (call: { readonly method: string; readonly args: readonly unknown[] }) => string | undefined;
  /**
   * Processes that are kept ready beside those that have calls, so that the next call, or what follows a crash, waits for no
   * start. They come on top of `max`. A whole number from 0 to 64. Default 0; with `recycle: { afterCalls: 1 }`, 1.
   */
  spares?: number;
  /**
   * Milliseconds that a call which was given up (by its signal or its time) may go on in its process. Then the process takes
   * no more calls, and is killed as soon as nobody waits for another call in it: so a loop without end frees its place. Or
   * Infinity: then it holds its place until it ends. Default 1,000.
   */
  cancelGraceMs?: number;
  /**
   * How often, and how fast, processes that crashed are replaced: one budget for the whole pool. Default `true`: 10 times for each of
   * `max` within 60 s, and no more than 10 times in a row without one that has answered a call. When it is spent the pool is
   * down. `false`: the first crash is the end of the pool.
   */
  restart?: boolean | RestartOptions;
}
