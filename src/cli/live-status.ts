import type { HostChannel } from "../channel/grpc/index.js";
import { fromDuration, HostState, type HostStatusMessage } from "../contract/index.js";
import type { LiveRecord } from "../isolator/index.js";
import { answerInTime, SHORT_ANSWER_BYTES, withChannel } from "./live-isolate.js";

/** What can be seen of a live isolate from outside its host. */
export interface LiveStatus {
  readonly name: string;
  readonly pid: number;
  readonly hostPid: number;
  readonly generation: number;
  readonly state: "ready" | "draining" | "unknown";
  readonly uptimeMs: number;
  readonly callsInFlight: number;
  readonly callsDone: number;
  readonly callsFailed: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
  readonly cpuSeconds: number;
  readonly eventLoopLagMs: number;
  readonly runtimeVersion: string;
  readonly packageVersion: string;
  readonly address: string;
}

/** How much of what the process says about itself is shown, in characters. */
const VERSION_LENGTH = 100;

const STATES: { readonly [state in HostState]?: LiveStatus["state"] } = {
  [HostState.READY]: "ready",
  [HostState.DRAINING]: "draining",
};

/** Asks a live isolate how it is. */
export async function readLiveStatus(record: LiveRecord): Promise<LiveStatus> {
  const { name, pid, hostPid, generation, address } = record;
  const ask = (channel: HostChannel): Promise<HostStatusMessage> => answerInTime(record, channel.status());
  const message = await withChannel(record, ask, SHORT_ANSWER_BYTES);
  return {
    name,
    pid,
    hostPid,
    generation,
    state: STATES[message.state] ?? "unknown",
    uptimeMs: Math.round(fromDuration(message.uptime, 0)),
    callsInFlight: message.callsInFlight,
    callsDone: message.callsDone,
    callsFailed: message.callsFailed,
    rssBytes: message.rssBytes,
    heapUsedBytes: message.heapUsedBytes,
    heapLimitBytes: message.heapLimitBytes,
    cpuSeconds: message.cpuSeconds,
    eventLoopLagMs: message.eventLoopLagMs,
    runtimeVersion: message.runtimeVersion.slice(0, VERSION_LENGTH),
    packageVersion: message.packageVersion.slice(0, VERSION_LENGTH),
    address,
  };
}
