/** What a pool is doing. */
export type PoolState = "ready" | "stopping" | "stopped";

/** What is known of one process of a pool. */
export interface ProcessStatus {
  /** Tells it from the others of the pool: 1 for the first process, one more for each that was started later. */
  readonly generation: number;
  /** 0 while it is being started. */
  readonly pid: number;
  /** `leaving` takes no more calls. */
  readonly state: "starting" | "ready" | "leaving";
  /** Calls that run in it, those included that were given up and have not ended. */
  readonly inFlight: number;
  /** Calls that have ended in it. */
  readonly done: number;
  /** Time since it was started, in milliseconds. */
  readonly uptimeMs: number;
  /** Resident memory, in bytes. 0 where the system does not tell (outside Linux). */
  readonly rssBytes: number;
  /** Processor time used, user and system, in seconds. 0 where the system does not tell. */
  readonly cpuSeconds: number;
}

/** Facts about a pool and its processes, as the host knows them: no process is asked. */
export interface PoolStatus {
  /** The pool's name. */
  readonly name: string;
  readonly state: PoolState;
  /** Calls that wait. */
  readonly queued: number;
  /** Calls that run. */
  readonly running: number;
  /** Calls that have ended in processes of the pool. */
  readonly done: number;
  /** Processes that were replaced because they crashed, or did not start. */
  readonly restarts: number;
  /** Those that have not ended, the oldest first. */
  readonly processes: readonly ProcessStatus[];
}
