import { invalidOption, ownOptions } from "../../errors/index.js";
import { LONGEST_TIMER_MS } from "../../platform/index.js";

/** A whole number of at least `min`, or Infinity. */
export function wholeNumberOrInfinity(name: string, value: unknown, min: number): number {
  if (value === Number.POSITIVE_INFINITY) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min) return value;
  throw invalidOption(name, `a whole number of at least ${min}, or Infinity`, value);
}

/** A number from `min` to `max`. */
export function numberWithin(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw invalidOption(name, `a number from ${min} to ${max}`, value);
}

/** Milliseconds that a timer can wait. */
export function milliseconds(name: string, value: unknown, min = 0): number {
  if (typeof value === "number" && value >= min && value <= LONGEST_TIMER_MS) return value;
  throw invalidOption(name, `milliseconds from ${min} to ${LONGEST_TIMER_MS}`, value);
}

/** A string that the operating system can take: not empty, without NUL. */
export function aString(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw invalidOption(name, "a string that is not empty and has no NUL character", value);
}

/** One of a closed set of strings. */
export function oneOf<const T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw invalidOption(name, `one of ${allowed.map((candidate) => `"${candidate}"`).join(", ")}`, value);
}

/** An array of strings. */
export function strings(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw invalidOption(name, "an array of strings", value);
  return Object.freeze(value.map((item, index) => aString(`${name}[${index}]`, item)));
}

/** An object whose values are strings. */
export function stringRecord(name: string, value: unknown): Readonly<Record<string, string>> {
  const record = ownOptions(name, value, Object.keys(Object(value)));
  for (const [key, item] of Object.entries(record)) {
    if (typeof item !== "string") throw invalidOption(`${name}.${key}`, "a string", item);
  }
  return Object.freeze({ ...record }) as Record<string, string>;
}

/** An AbortSignal, or none. */
export function anAbortSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw invalidOption(name, "an AbortSignal", value);
}
