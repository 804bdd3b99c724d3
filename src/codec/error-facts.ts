import { types } from "node:util";
import { IsolationError } from "../errors/index.js";
import { BUILT_IN_CLASSES, registeredNameOf } from "./error-classes.js";
import { cutStack } from "./error-stack.js";

/** Longer messages are cut, so that the error still fits where the framework has to put it. */
const MAX_MESSAGE_LENGTH = 256 * 1024;

/** What an error is made of, read once, whatever its getters and traps do. */
export interface ErrorFacts {
  /** Empty unless the framework itself speaks. */
  frameworkCode: string;
  /** The class's name: a built-in's by identity, else the error's explicit `name`, else its constructor's. */
  className: string;
  /** The nearest built-in class: `TypeError` for `class ParseError extends TypeError`. */
  baseName: string;
  message: string;
  stack: string;
  /** Its `code`, where that is a string or a finite number. */
  code: string | number | undefined;
  /** Whether it has a `cause`, which may be `undefined`. */
  hasCause: boolean;
  cause: unknown;
  /** The members of an AggregateError. */
  members: readonly unknown[] | undefined;
  /** The other own enumerable fields, and `name` where it is not what the class gives. */
  fields: Array<[name: string, value: unknown]>;
}

/** Whether a thrown value is an error. Never throws. */
export function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

/** Reads an error. Never throws: what cannot be read is left out. */
export function readErrorFacts(error: Error): ErrorFacts {
  const { className, baseName, shownName } = readClass(error);
  const isIsolationError = baseName === "IsolationError";
  const code = read(error, "code");
  const carriesCode = (typeof code === "string" || Number.isFinite(code)) && baseName !== "DOMException";
  const message = toText(read(error, "message"));
  const stack = read(error, "stack");
  const members = baseName === "AggregateError" ? read(error, "errors") : undefined;
  return {
    frameworkCode: isIsolationError ? String(code) : "",
    className,
    baseName,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    stack: cutStack(typeof stack === "string" ? stack : `${shownName ?? className}: ${message}`),
    code: carriesCode && !isIsolationError ? (code as string | number) : undefined,
    hasCause: hasOwn(error, "cause"),
    cause: read(error, "cause"),
    members: Array.isArray(members) ? members : undefined,
    fields: readFields(error, shownName, [
      "message",
      "stack",
      "cause",
      "name",
      ...(carriesCode ? ["code"] : []),
      ...(Array.isArray(members) ? ["errors"] : []),
    ]),
  };
}

/** `shownName` is set where the error has a `name` that its class alone would not give back. */
function readClass(error: Error): { className: string; baseName: string; shownName: string | undefined } {
  const baseName = nearestBuiltIn(error);
  const name = read(error, "name");
  const explicit = typeof name === "string" && name !== baseName ? name : undefined;
  const maker = read(error, "constructor");
  const makerName = typeof maker === "function" ? toText(read(maker, "name")) : "";
  const own = ownEnumerable(error, "name") ? toText(name) : undefined;

  if (isBuiltInPrototype(prototypeOf(error))) return { className: baseName, baseName, shownName: own ?? explicit };
  const candidates = [registeredNameOf(maker), explicit, makerName];
  const className = candidates.find((candidate) => candidate && !BUILT_IN_CLASSES.has(candidate)) ?? baseName;
  return { className, baseName, shownName: own ?? (explicit === className ? undefined : explicit) };
}

function nearestBuiltIn(error: Error): string {
  if (IsolationError.is(error)) return "IsolationError";
  for (let prototype = prototypeOf(error); prototype !== null; prototype = prototypeOf(prototype)) {
    const name = builtInNameOf(prototype);
    if (name !== undefined) return name;
  }
  return "Error";
}

function isBuiltInPrototype(prototype: object | null): boolean {
  return prototype !== null && builtInNameOf(prototype) !== undefined;
}

/** Found by identity, or, for the built-ins of another realm, by the `name` that every such prototype owns. */
function builtInNameOf(prototype: object): string | undefined {
  for (const [name, Class] of BUILT_IN_CLASSES) {
    if (prototype === Class.prototype) return name;
  }
  const maker = hasOwn(prototype, "constructor") ? read(prototype, "constructor") : undefined;
  const name = hasOwn(prototype, "name") ? read(prototype, "name") : undefined;
  const isOfOtherRealm = typeof maker === "function" && !(maker instanceof Function);
  return isOfOtherRealm && typeof name === "string" && BUILT_IN_CLASSES.has(name) ? name : undefined;
}

function readFields(error: Error, shownName: string | undefined, handled: readonly string[]): ErrorFacts["fields"] {
  const fields: ErrorFacts["fields"] = shownName === undefined ? [] : [["name", shownName]];
  for (const key of keysOf(error)) {
    if (!handled.includes(key)) fields.push([key, read(error, key)]);
  }
  return fields;
}

function keysOf(error: Error): string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}

function prototypeOf(value: object): object | null {
  try {
    return Object.getPrototypeOf(value);
  } catch {
    return null;
  }
}

function hasOwn(value: object, key: string): boolean {
  try {
    return Object.hasOwn(value, key);
  } catch {
    return false;
  }
}

function ownEnumerable(value: object, key: string): boolean {
  try {
    return Object.prototype.propertyIsEnumerable.call(value, key);
  } catch {
    return false;
  }
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "";
  try {
    return String(value);
  } catch {
    return "";
  }
}
