import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { IsolationError } from "../errors/index.js";

/** An INVALID_OPTION that names the option, its bound and what was received. */
export function invalidOption(name: string, bound: string, received: unknown): IsolationError {
  const shown = inspect(received, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100 });
  return new IsolationError("INVALID_OPTION", `${name} must be ${bound}; received ${shown}`);
}

/** A plain object whose keys are all known. Its own properties only: nothing comes in through a prototype. */
export function ownOptions(name: string, value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidOption(name, "an object", value);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown === undefined) return Object.assign(Object.create(null), value) as Record<string, unknown>;
  const known = [...keys].sort().join(", ");
  throw new IsolationError("INVALID_OPTION", `${name} has no ${JSON.stringify(unknown)}; what it has: ${known}`);
}

/** True or false; `byDefault` where nothing is given. */
export function switchOf(name: string, value: unknown, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value === "boolean") return value;
  throw invalidOption(name, "true or false", value);
}

/**
 * Absolute paths, each once. Relative ones are resolved in `base`.
 *
 * @param base a folder, as a path or a file URL that ends in a slash
 */
export function absolutePaths(name: string, value: unknown, base: string): readonly string[] {
  if (!Array.isArray(value)) throw invalidOption(name, "an array of paths", value);
  const folder = base.startsWith("file:") ? fileURLToPath(base) : base;
  const paths = value.map((path: unknown, index) => {
    if (typeof path !== "string" || path === "" || path.includes("\0")) {
      throw invalidOption(`${name}[${index}]`, "a path", path);
    }
    return resolve(folder, path.startsWith("file:") ? fileURLToPath(path) : path);
  });
  return Object.freeze([...new Set(paths)]);
}
