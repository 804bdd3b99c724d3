import { inspect } from "node:util";
import { IsolationError } from "../../errors/index.js";

/** The longest delay of a Node.js timer, in milliseconds: 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** An INVALID_OPTION that names the option, its bound and what was received. */
export function invalidOption(name: string, bound: string, received: unknown): IsolationError {
  const shown = inspect(received, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
  return new IsolationError("INVALID_OPTION", `${name} must be ${bound}; received ${shown}`);
}

/** A whole number from `min` to `max`. */
export function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidOption(name, `a whole number from ${min} to ${max}`, value);
}

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
  if (typeof value === "number" && value >= min && value <= MAX_TIMER_MS) return value;
  throw invalidOption(name, `milliseconds from ${min} to ${MAX_TIMER_MS}`, value);
}

export function aBoolean(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw invalidOption(name, "true or false", value);
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

/** A plain object whose keys are all known. */
export function plainObject(name: string, value: unknown, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidOption(name, "an object", value);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new IsolationError(
      "INVALID_OPTION",
      `${name} has no ${JSON.stringify(unknown)}; what it has: ${[...keys].sort().join(", ")}`,
    );
  }
  return value as Record<string, unknown>;
}

/** A plain object whose values are strings. */
export function stringRecord(name: string, value: unknown): Readonly<Record<string, string>> {
  const record = plainObject(name, value, Object.keys(Object(value)));
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
