import { ownOptions, wholeNumber } from "../../errors/index.js";
import { toBytes } from "../../limits/index.js";
import type { RecyclePolicy } from "../../supervision/index.js";
import { milliseconds } from "./checks.js";

/**
 * When a process that works is replaced by a fresh one, against leaks and fragmentation. The successor is ready before
 * the old process is asked to go, so no call fails or waits for it. Absent bounds are not looked at; default: none.
 */
export interface RecycleOptions {
  /** Calls after which the process is replaced: a whole number from 1. */
  afterCalls?: number;
  /** Milliseconds after its start. */
  afterMs?: number;
  /** Resident memory, in bytes or as `"200MB"`, `"1GiB"`. Linux only. */
  whenRssAbove?: number | string;
  /** Milliseconds without a call, once it has had one. */
  whenIdleMs?: number;
}

export function resolveRecycle(value: unknown): RecyclePolicy | undefined {
  if (value === undefined) return undefined;
  const { afterCalls, afterMs, whenRssAbove, whenIdleMs } = ownOptions("recycle", value, [
    "afterCalls",
    "afterMs",
    "whenRssAbove",
    "whenIdleMs",
  ]);
  return Object.freeze({
    afterCalls: afterCalls === undefined ? undefined : wholeNumber("recycle.afterCalls", afterCalls, 1, 1e12),
    afterMs: afterMs === undefined ? undefined : milliseconds("recycle.afterMs", afterMs, 1),
    whenRssAbove: whenRssAbove === undefined ? undefined : toBytes("recycle.whenRssAbove", whenRssAbove, 1),
    whenIdleMs: whenIdleMs === undefined ? undefined : milliseconds("recycle.whenIdleMs", whenIdleMs, 1),
  });
}
