import type { HostStatusMessage } from "../contract/index.js";
import { fromDuration } from "../contract/index.js";
import type { Enforcements } from "../limits/index.js";

/** What the isolator is doing. */
export type IsolatorState = "starting" | "ready" | "restarting" | "stopping" | "stopped";

/** Facts about an isolate and its present process. */
export interface HostStatus {
  readonly isolate: string;
  readonly pid: number;
  /** 1 for the isolator's first process, one more at each restart. */
  readonly generation: number;
  readonly state: IsolatorState;
  /** Time since the present process was started, in milliseconds. */
  readonly uptimeMs: number;
  /** Calls that run in the process now. */
  readonly callsInFlight: number;
  /** Calls that returned, in the present process. */
  readonly callsDone: number;
  /** Calls that threw, in the present process. */
  readonly callsFailed: number;
  /** Restarts of this isolator so far. */
  readonly restarts: number;
  /** Resident memory of the process, in bytes. */
  readonly rssBytes: number;
  /** V8 heap in use, in bytes. */
  readonly heapUsedBytes: number;
  /** The most that V8's heap may grow to, in bytes. */
  readonly heapLimitBytes: number;
  /** Processor time used, user and system, in seconds. */
  readonly cpuSeconds: number;
  /** How late the process's timers fire, 99th percentile since the last reading, in milliseconds. */
  readonly eventLoopLagMs: number;
  /** The runtime of the process: `v24.1.0` for Node.js. */
  readonly runtimeVersion: string;
  /** The limits in force, by name: what enforces each, how hard, and its bound. Empty when none is set. */
  readonly limits: Enforcements;
}

export function toHostStatus(
  message: HostStatusMessage,
  facts: Pick<HostStatus, "state" | "restarts" | "pid" | "limits">,
): HostStatus {
  const { uptime, state: _, packageVersion: __, ...rest } = message;
  return { ...rest, uptimeMs: fromDuration(uptime, 0), ...facts };
}
