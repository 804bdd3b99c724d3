import { invalidOption } from "../errors/index.js";
import type { Telemetry } from "./telemetry.js";

const HOOKS = ["call", "start", "death", "watch"] as const;

/** The option `telemetry`: one, or several. @throws IsolationError INVALID_OPTION for what is none */
export function resolveTelemetry(value: unknown): readonly Telemetry[] {
  if (value === undefined) return [];
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const one of given) {
    const isOne = typeof one === "object" && one !== null && HOOKS.some((name) => name in one);
    const wrong = isOne && HOOKS.some((name) => !isHook((one as Record<string, unknown>)[name]));
    if (!isOne || wrong) throw invalidOption("telemetry", `an object with ${HOOKS.join(", ")}, or a list of them`, one);
  }
  return Object.freeze([...(given as Telemetry[])]);
}

function isHook(value: unknown): boolean {
  return value === undefined || typeof value === "function";
}
