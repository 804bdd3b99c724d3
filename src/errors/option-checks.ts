import { inspect } from "node:util";
import { didYouMean } from "./closest-name.js";
import { IsolationError } from "./isolation-error.js";

/** An INVALID_OPTION that names the option, its bound and what was received. */
export function invalidOption(name: string, bound: string, received: unknown): IsolationError {
  const shown = inspect(received, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
  return new IsolationError("INVALID_OPTION", `${name} must be ${bound}; received ${shown}`);
}

/** The own properties of an object whose keys are all known: nothing comes in through a prototype. */
export function ownOptions(name: string, value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidOption(name, "an object", value);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown === undefined) return Object.assign(Object.create(null), value) as Record<string, unknown>;
  const hint = didYouMean(unknown, keys);
  const known = [...keys].sort().join(", ");
  throw new IsolationError("INVALID_OPTION", `${name} has no ${JSON.stringify(unknown)}${hint}; what it has: ${known}`);
}

/** A whole number from `min` to `max`. */
export function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidOption(name, `a whole number from ${min} to ${max}`, value);
}

export function aBoolean(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw invalidOption(name, "true or false", value);
}
