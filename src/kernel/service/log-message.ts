import { type LogLine, LogStream } from "../../contract/kernel.js";
import type { KernelLogLine, LogContent } from "../logs/index.js";
import { fromTimestamp, toTimestamp } from "./time-message.js";

/** @param content where the reader wants to know what the line says */
export function logLineMessage({ time, stream, ...rest }: KernelLogLine, content?: LogContent): LogLine {
  const { level = "", message = "", fields } = content ?? {};
  return {
    ...rest,
    time: toTimestamp(time),
    stream: stream === "stdout" ? LogStream.STDOUT : LogStream.STDERR,
    ...{ level, message, fields },
  };
}

/** What it says is worked out here, at the cost of whoever reads. */
export function logLineOf(line: LogLine): KernelLogLine {
  const { time, isolate, generation, pid, stream, text, partial } = line;
  const name = stream === LogStream.STDERR ? "stderr" : "stdout";
  return { isolate, time: fromTimestamp(time), generation, pid, stream: name, text, partial };
}
