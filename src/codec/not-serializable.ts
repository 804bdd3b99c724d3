import { types } from "node:util";
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

/** What to do instead, to be put behind the reason; empty where there is nothing to say. */
export function adviceFor(value: unknown): string {
  return isSynchronousIterator(value)
    ? "; items cross one by one from an `async function*`, and all at once as an array (`[...items]`)"
    : "";
}

/** A generator of `function*`, or what `values()` of a Set gives. An iterable that is none of its own is any object. */
function isSynchronousIterator(value: unknown): boolean {
  try {
    if (typeof value !== "object" || value === null || Symbol.asyncIterator in value) return false;
    if (types.isGeneratorObject(value)) return true;
    return Symbol.iterator in value && typeof (value as { next?: unknown }).next === "function";
  } catch {
    return false;
  }
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
    if (isSynchronousIterator(value)) {
      return types.isGeneratorObject(value) ? "a synchronous generator" : "a synchronous iterator";
    }
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    if (typeof name === "string" && name !== "" && name !== "Object") return `an instance of ${name}`;
    return "an object";
  } catch {
    return "an object that cannot be read";
  }
}
