import { types } from "node:util";
import { IsolationError } from "../errors/index.js";
import { BUILT_IN_CLASSES, registeredNameOf, shownNameOf, wireNameOfPrototype } from "./error-classes.js";
import { cutStack } from "./error-stack.js";

const { propertyIsEnumerable: isEnumerable } = Object.prototype;

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
  /** The other own fields, enumerable or not, and `name` where it is not what the class gives. */
  fields: Array<[name: string, value: unknown]>;
  /** Properties that are enumerable where V8 hides them, or hidden where a field is enumerable. */
  turned: readonly string[];
  /** Whether it has no message of its own, as `new Error()` has none. */
  isMute: boolean;
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
  const hasMembers = Array.isArray(members);
  const handled = ["message", "stack", "cause", "name", "code", ...(hasMembers ? ["errors"] : [])];
  const { fields, hidden } = readFields(error, handled);
  if (shownName !== undefined) fields.unshift(["name", shownName]);
  if (!carriesCode && hasOwn(error, "code")) fields.push(["code", code]);
  return {
    frameworkCode: isIsolationError ? String(code) : "",
    className,
    baseName,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    stack: cutStack(typeof stack === "string" ? stack : `${shownName ?? shownNameOf(className)}: ${message}`),
    code: carriesCode && !isIsolationError ? (code as string | number) : undefined,
    hasCause: hasOwn(error, "cause"),
    cause: read(error, "cause"),
    members: hasMembers ? members : undefined,
    fields,
    turned: [...hidden, ...readTurned(error, shownName !== undefined)],
    isMute: message === "" && !hasOwn(error, "message"),
  };
}

/** `shownName` is set where the error has a `name` that its class alone would not give back. */
function readClass(error: Error): { className: string; baseName: string; shownName: string | undefined } {
  const baseName = nearestBuiltIn(error);
  const name = read(error, "name");
  const explicit = typeof name === "string" && name !== shownNameOf(baseName) ? name : undefined;
  const maker = read(error, "constructor");
  const makerName = typeof maker === "function" && maker !== Object ? toText(read(maker, "name")) : "";
  const own = ownEnumerable(error, "name") ? toText(name) : undefined;

  const prototype = prototypeOf(error);
  if (prototype !== null && builtInNameOf(prototype) !== undefined) {
    const ownName = hasOwn(error, "name") && typeof name === "string" ? name : undefined;
    return { className: baseName, baseName, shownName: own ?? explicit ?? ownName };
  }
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

/** Found by identity, or, for the built-ins of another realm, by the `name` that every such prototype owns. */
function builtInNameOf(prototype: object): string | undefined {
  try {
    const known = wireNameOfPrototype(prototype);
    if (known !== undefined) return known;
  } catch {
    return undefined;
  }
  const maker = hasOwn(prototype, "constructor") ? read(prototype, "constructor") : undefined;
  const name = hasOwn(prototype, "name") ? read(prototype, "name") : undefined;
  const isOfOtherRealm = typeof maker === "function" && !(maker instanceof Function);
  return isOfOtherRealm && typeof name === "string" && BUILT_IN_CLASSES.has(name) ? name : undefined;
}

/** Hidden fields count where they are data: what a hidden getter would do, nobody asked for. */
function readFields(error: Error, handled: readonly string[]): { fields: ErrorFacts["fields"]; hidden: string[] } {
  const fields: ErrorFacts["fields"] = [];
  const hidden: string[] = [];
  for (const key of keysOf(error)) {
    if (handled.includes(key)) continue;
    const descriptor = describe(error, key);
    if (descriptor === undefined || (!descriptor.enumerable && descriptor.get !== undefined)) continue;
    fields.push([key, "value" in descriptor ? descriptor.value : read(error, key)]);
    if (!descriptor.enumerable) hidden.push(key);
  }
  return { fields, hidden };
}

function readTurned(error: Error, showsName: boolean): string[] {
  const shown = ["message", "cause", "errors", "stack"].filter((key) => ownEnumerable(error, key));
  const isHidden = (key: string): boolean => hasOwn(error, key) && !ownEnumerable(error, key);
  if (isHidden("code")) shown.push("code");
  if (showsName && !ownEnumerable(error, "name")) shown.push("name");
  return shown;
}

/** The names of its own properties. Never throws. */
export function keysOf(error: Error): string[] {
  try {
    return Object.getOwnPropertyNames(error);
  } catch {
    return [];
  }
}

function describe(error: Error, key: string): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(error, key);
  } catch {
    return undefined;
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
    return Reflect.apply(isEnumerable, value, [key]);
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
