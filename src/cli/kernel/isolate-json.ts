import { fromDuration } from "../../contract/index.js";
import type { IsolateSummary } from "../../contract/kernel.js";
import { summaryOfMessage } from "../../kernel/service/index.js";

/** An isolate as JSON shows it: with what its process says of itself, where that answered. */
export function isolateJson(message: IsolateSummary): object {
  const { status } = message;
  if (status === undefined) return summaryOfMessage(message);
  const { uptime, callsInFlight, callsDone, callsFailed, rssBytes, heapUsedBytes, heapLimitBytes, cpuSeconds } = status;
  const { eventLoopLagMs, runtimeVersion } = status;
  const figures = { callsInFlight, callsDone, callsFailed, rssBytes, heapUsedBytes, heapLimitBytes, cpuSeconds };
  const uptimeMs = Math.round(fromDuration(uptime, 0));
  return { ...summaryOfMessage(message), uptimeMs, ...figures, eventLoopLagMs, runtimeVersion };
}
