import { aBoolean, invalidOption, ownOptions } from "../src/errors/index.js";
import type { UseOptions } from "../src/inside/bridge.js";
import { LONGEST_TIMER_MS } from "../src/platform/longest-timer.js";

const OPTIONS = ["timeoutMs", "idempotent", "signal", "trace"];

/** @throws IsolationError INVALID_OPTION naming what is wrong */
export function checkUse(target: unknown, options: unknown): UseOptions {
  if (typeof target !== "string" || target === "") throw invalidOption("target", "a string that is not empty", target);
  const { timeoutMs, idempotent, signal, trace } = ownOptions("use options", options, OPTIONS);
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs: milliseconds(timeoutMs) }),
    ...(idempotent === undefined ? {} : { idempotent: aBoolean("idempotent", idempotent) }),
    ...(signal === undefined ? {} : { signal: abortSignal(signal) }),
    ...(trace === undefined ? {} : { trace: texts(trace) }),
  };
}

function milliseconds(value: unknown): number {
  if (typeof value === "number" && value >= 1 && value <= LONGEST_TIMER_MS) return value;
  throw invalidOption("timeoutMs", `a number from 1 to ${LONGEST_TIMER_MS}`, value);
}

function abortSignal(value: unknown): AbortSignal {
  if (value instanceof AbortSignal) return value;
  throw invalidOption("signal", "an AbortSignal", value);
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const isRecord = typeof value === "object" && value !== null;
  if (isRecord && Object.values(value).every((text) => typeof text === "string")) return { ...value } as never;
  throw invalidOption("trace", "an object of strings", value);
}
