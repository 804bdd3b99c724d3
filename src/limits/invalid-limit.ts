import { inspect } from "node:util";
import { IsolationError } from "../errors/index.js";

/** An INVALID_OPTION that names the limit, its bound and what was received. */
export function invalidLimit(name: string, bound: string, received: unknown): IsolationError {
  const shown = inspect(received, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
  return new IsolationError("INVALID_OPTION", `${name} must be ${bound}; received ${shown}`);
}

/** A whole number from `min` to `max`. */
export function wholeNumber(name: string, value: unknown, min: number, max: number, why = ""): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidLimit(name, `a whole number from ${min} to ${max}${why}`, value);
}
