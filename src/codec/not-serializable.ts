import { IsolationError } from "../errors/index.js";

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const MAX_KEY_LENGTH = 80;

/** The path of a property: `.name` where that is how one would write it, else `["odd name"]`. */
export function propertyPath(key: string): string {
  const shown = key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;
  return IDENTIFIER.test(shown) && key !== "__proto__" ? `.${shown}` : `[${JSON.stringify(shown)}]`;
}

/** The error for a value that cannot cross: where it is, what it is, and why that does not go. */
export function notSerializable(path: string, is: string, why: string, cause?: unknown): IsolationError {
  return new IsolationError("NOT_SERIALIZABLE", `${path} is ${is}, which ${why}`, { cause });
}

/** What a value is, in the words of a message: `a symbol (Symbol(x))`, `an instance of Socket`. Never throws. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "symbol":
      return `a symbol (${value.description ?? ""})`;
    case "bigint":
      return "a BigInt";
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "string":
      return "a string";
    default:
      return describeObject(value as object | null);
  }
}

function describeObject(value: object | null): string {
  if (value === null) return "null";
  try {
    if (typeof value === "function") {
      const name: unknown = value.name;
      return typeof name === "string" && name !== "" ? `a function (${name})` : "a function";
    }
    if (Array.isArray(value)) return "an array";
    if (Symbol.asyncIterator in value) return "an async iterable";
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    if (typeof name === "string" && name !== "" && name !== "Object") return `an instance of ${name}`;
    return "an object";
  } catch {
    return "an object that cannot be read";
  }
}
