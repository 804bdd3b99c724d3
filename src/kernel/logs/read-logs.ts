import { aBoolean, invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import { LogFollower } from "./log-follower.js";
import { type KernelLogRecord, toLogRecord } from "./log-record.js";
import { KEPT_LINES, type Logs } from "./logs.js";

/** Options of `logs` of a kernel. Every one is optional. */
export interface LogsOptions {
  /** Only lines of these isolates. Default: all. */
  isolates?: readonly string[];
  /** How many of the last lines of each isolate come first. Default: all that the kernel has kept, 1,000 at most. */
  tail?: number;
  /** Whether it goes on with lines as they are written. Default false. */
  follow?: boolean;
  /** Ends it. */
  signal?: AbortSignal;
}

const OPTIONS = ["isolates", "tail", "follow", "signal"];

/** What logs are read of. */
export interface ReadableLogs {
  readonly logs: Logs;
  /** Aborted when no line will follow. */
  readonly over: AbortSignal;
  /** @throws IsolationError INVALID_OPTION for a name that there is not */
  check(isolate: string): void;
}

/** The last lines, and with `follow` those to come. @throws IsolationError INVALID_OPTION */
export function readLogs(from: ReadableLogs, given: LogsOptions): AsyncGenerator<KernelLogRecord, void, undefined> {
  const options = ownOptions("options of logs", given, OPTIONS);
  const { isolates = [], tail = KEPT_LINES, follow = false, signal } = options;
  if (!Array.isArray(isolates)) throw invalidOption("isolates", "a list of names", isolates);
  for (const isolate of isolates as readonly string[]) from.check(isolate);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidOption("signal", "an AbortSignal", signal);
  const most = wholeNumber("tail", tail, 0, Number.MAX_SAFE_INTEGER);
  const wanted = isolates.length === 0 ? undefined : new Set(isolates as readonly string[]);
  return lines(from, wanted, { most, follow: aBoolean("follow", follow), signal });
}

interface Reading {
  readonly most: number;
  readonly follow: boolean;
  readonly signal: AbortSignal | undefined;
}

async function* lines(
  { logs, over }: ReadableLogs,
  wanted: ReadonlySet<string> | undefined,
  { most, follow, signal }: Reading,
): AsyncGenerator<KernelLogRecord, void, undefined> {
  const kept = most === 0 ? [] : logs.tail(wanted, most);
  const follower = follow ? new LogFollower(logs, over, wanted) : undefined;
  const stop = (): void => follower?.end();
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (const line of kept) yield toLogRecord(line);
    while (follower !== undefined && signal?.aborted !== true) {
      const { lines: next } = await follower.next();
      if (next.length === 0) return;
      for (const line of next) yield toLogRecord(line);
    }
  } finally {
    follower?.end();
    signal?.removeEventListener("abort", stop);
  }
}
