import { contentOf, type LogContent } from "./log-content.js";
import type { KernelLogLine } from "./logs.js";

/** A line that an isolate wrote, with what it says. */
export type KernelLogRecord = KernelLogLine & LogContent;

/** A line with what it says. */
export function toLogRecord(line: KernelLogLine): KernelLogRecord {
  return { ...line, ...contentOf(line) };
}
