import { IsolationError, type IsolationErrorCode } from "../errors/index.js";
import { builtInClass, type ErrorFields, registeredUnder, shownNameOf } from "./error-classes.js";

/** What arrived of an error, its parts already decoded. */
export interface ArrivedError {
  /** Empty unless the framework itself speaks. */
  frameworkCode: string;
  className: string;
  /** The nearest built-in class, where the sender says. */
  baseName: string | undefined;
  message: string;
  stack: string;
  code: unknown;
  hasCause: boolean;
  cause: unknown;
  members: unknown[] | undefined;
  /** Own fields. A `name` among them is the error's, where that is not what the class gives. */
  fields: Readonly<Record<string, unknown>>;
  /** Properties that are enumerable where V8 hides them, or hidden where a field is enumerable. Default: none. */
  turned?: ReadonlySet<unknown>;
  /** Whether it has no message of its own. Default: it has one. */
  isMute?: boolean;
}

const NEVER_FIELDS = new Set(["message", "stack", "cause"]);

/** What has to be known of an error before it can be made. */
export type ErrorHead = Pick<ArrivedError, "frameworkCode" | "className" | "baseName" | "message"> & {
  /** A DOMException's name. */
  name: string | undefined;
};

/**
 * Makes an error of what arrived: an instance of the built-in or registered class of that name, else an `Error` (or the
 * nearest built-in) that says the name. Built-ins come first, so that no registration can replace one.
 */
export function createError(arrived: ArrivedError): Error {
  const { name } = arrived.fields;
  return completeError(createBareError({ ...arrived, name: typeof name === "string" ? name : undefined }), arrived);
}

/** The error without its parts, which may refer to it. */
export function createBareError(head: ErrorHead): Error {
  if (head.frameworkCode !== "") return withoutFrames(() => createIsolationError(head));
  const { className } = head;
  const error = withoutFrames(() => createNative(head));
  if (builtInClass(className) !== undefined) return error;
  const registration = registeredUnder(className);
  const shownName = shownNameOf(className);
  if (registration !== undefined) Object.setPrototypeOf(error, registration.class.prototype);
  else if (error.name !== shownName) defineProperty(error, "name", shownName, false);
  return error;
}

/** Puts the parts in; where a registration has a `from`, the error is what that makes. */
export function completeError(bare: Error, arrived: ArrivedError): Error {
  const isBuiltIn = arrived.frameworkCode !== "" || builtInClass(arrived.className) !== undefined;
  const from = isBuiltIn ? undefined : registeredUnder(arrived.className)?.from;
  const made = from === undefined ? undefined : makeByHand(from, arrived);
  if (made === undefined) defineParts(bare, arrived);
  else defineProperty(made, "stack", arrived.stack, false);
  return made ?? bare;
}

/** Frames of the decoder, which the stack that arrived replaces anyway, are most of what an error costs. */
function withoutFrames(create: () => Error): Error {
  const limit = Error.stackTraceLimit;
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return create();
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}

function createNative({ className, baseName, message, name }: ErrorHead): Error {
  const native = builtInClass(className) !== undefined ? className : (baseName ?? "Error");
  if (native === "DOMException") return new DOMException(message, name);
  if (native === "AggregateError") return new AggregateError([], message);
  const Native = native === "IsolationError" ? undefined : builtInClass(native);
  const error = new Error(message);
  // Not by its constructor, which may want more than a message.
  return Native === undefined ? error : Object.setPrototypeOf(error, Native.prototype as object);
}

/** What a code of the framework looks like; one that this version does not know may be of a later one. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** An unknown code stays what it is. What can be none is a breach of the contract, and says so with the words that came. */
function createIsolationError({ frameworkCode, message }: ErrorHead): IsolationError {
  const prefix = `${frameworkCode}: `;
  const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  if (CODE.test(frameworkCode)) return new IsolationError(frameworkCode as IsolationErrorCode, text);
  const shownCode = JSON.stringify(frameworkCode);
  return new IsolationError("PROTOCOL", `the isolated process reported the unknown code ${shownCode}: ${text}`);
}

function makeByHand(from: (fields: ErrorFields) => Error, arrived: ArrivedError): Error | undefined {
  const { message, stack, code, hasCause, cause, members, fields } = arrived;
  try {
    const made: unknown = from({
      ...fields,
      message,
      stack,
      ...(code !== undefined && { code }),
      ...(hasCause && { cause }),
      ...(members !== undefined && { errors: members }),
    });
    return typeof made === "object" && made !== null && Object.isExtensible(made) ? (made as Error) : undefined;
  } catch {
    return undefined;
  }
}

/** Defined, not assigned: a setter or a `__proto__` among the names must not run. */
function defineParts(error: Error, arrived: ArrivedError): void {
  const { stack, code, hasCause, cause, members, fields, turned } = arrived;
  const isIsolationError = error instanceof IsolationError;
  const define = (key: string, value: unknown, isField: boolean): void =>
    defineProperty(error, key, value, isField !== (turned?.has(key) === true));
  define("stack", stack, false);
  if (arrived.isMute === true && !(error instanceof DOMException)) Reflect.deleteProperty(error, "message");
  else if (turned?.has("message") === true) define("message", arrived.message, false);
  if (hasCause) define("cause", cause, false);
  if (members !== undefined) define("errors", members, false);
  if (code !== undefined && !isIsolationError) define("code", code, true);
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (NEVER_FIELDS.has(key) || (key === "errors" && members !== undefined)) continue;
    if (key === "name" && (typeof value !== "string" || error instanceof DOMException)) continue;
    if (!isIsolationError) define(key, value, true);
    else if (key === "facts") define(key, Object.freeze(isRecord(value) ? value : {}), true);
    else if (key !== "code") define(key, value, true);
  }
}

/** Best effort: an error that a registration's `from` made may be closed to this. */
function defineProperty(target: object, key: string, value: unknown, enumerable: boolean): void {
  Reflect.defineProperty(target, key, { value, enumerable, configurable: true, writable: true });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
