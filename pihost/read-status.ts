import { getHeapStatistics } from "node:v8";
import { HostState, type HostStatusMessage, toDuration } from "../src/contract/index.js";
import { PACKAGE_VERSION } from "./package-version.js";
import type { Pihost } from "./pihost.js";

/** Measures this process. */
export async function readStatus(pihost: Pihost): Promise<HostStatusMessage> {
  const eventLoopLagMs = await pihost.lag.read();
  const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
  const { user, system } = process.cpuUsage();
  const { inFlight, done, failed } = pihost.ledger;
  return {
    state: pihost.draining ? HostState.DRAINING : HostState.READY,
    pid: process.pid,
    isolate: pihost.isolate,
    generation: pihost.generation,
    uptime: toDuration(process.uptime() * 1000),
    callsInFlight: inFlight,
    callsDone: done,
    callsFailed: failed,
    rssBytes: process.memoryUsage.rss(),
    heapUsedBytes,
    heapLimitBytes,
    cpuSeconds: (user + system) / 1e6,
    eventLoopLagMs,
    runtimeVersion: process.version,
    packageVersion: PACKAGE_VERSION,
  };
}
