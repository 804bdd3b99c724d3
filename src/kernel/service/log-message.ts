import { type LogLine, LogStream } from "../../contract/kernel.js";
import type { KernelLogLine } from "../logs.js";
import { fromTimestamp, toTimestamp } from "./time-message.js";

export function logLineMessage({ time, stream, ...rest }: KernelLogLine): LogLine {
  return { ...rest, time: toTimestamp(time), stream: stream === "stdout" ? LogStream.STDOUT : LogStream.STDERR };
}

export function logLineOf({ time, stream, ...rest }: LogLine): KernelLogLine {
  return { ...rest, time: fromTimestamp(time), stream: stream === LogStream.STDERR ? "stderr" : "stdout" };
}
