/** What isolates write: the last lines of each, whoever reads along, and what a line says. */
export { BoundedQueue } from "./bounded-queue.js";
export type { LogLineLevel } from "./level.js";
export { contentOf, type LogContent, type LogValue } from "./log-content.js";
export { LogFollower, WAITING_BYTES, WAITING_LINES } from "./log-follower.js";
export { type KernelLogRecord, toLogRecord } from "./log-record.js";
export { KEPT_BYTES, KEPT_LINES, type KernelLogLine, Logs } from "./logs.js";
export { type LogsOptions, readLogs } from "./read-logs.js";
