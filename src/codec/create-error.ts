import { ERROR_CODES, IsolationError, type IsolationErrorCode, type IsolationFacts } from "../errors/index.js";
import { BUILT_IN_CLASSES, type ErrorFields, registeredUnder } from "./error-classes.js";

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
  /** Own enumerable fields. A `name` among them is the error's, where that is not what the class gives. */
  fields: Readonly<Record<string, unknown>>;
}

const NEVER_FIELDS = new Set(["message", "stack", "cause"]);

/**
 * Makes an error of what arrived: an instance of the built-in or registered class of that name, else an `Error` (or the
 * nearest built-in) that says the name. Built-ins come first, so that no registration can replace one.
 */
export function createError(arrived: ArrivedError): Error {
  if (arrived.frameworkCode !== "") return createIsolationError(arrived);
  const registration = BUILT_IN_CLASSES.has(arrived.className) ? undefined : registeredUnder(arrived.className);
  const made = registration?.from === undefined ? undefined : makeByHand(registration.from, arrived);
  if (made !== undefined) {
    defineHidden(made, "stack", arrived.stack);
    return made;
  }
  const error = createNative(arrived);
  if (registration !== undefined) Object.setPrototypeOf(error, registration.class.prototype);
  else if (error.name !== arrived.className && !BUILT_IN_CLASSES.has(arrived.className)) {
    defineHidden(error, "name", arrived.className);
  }
  defineParts(error, arrived);
  return error;
}

function createNative({ className, baseName, members, message, fields }: ArrivedError): Error {
  const nativeName = BUILT_IN_CLASSES.has(className) ? className : baseName;
  if (members !== undefined && nativeName !== "DOMException") return new AggregateError(members, message);
  if (nativeName === "DOMException") {
    return new DOMException(message, typeof fields.name === "string" ? fields.name : undefined);
  }
  const Native = BUILT_IN_CLASSES.get(nativeName ?? "Error") as unknown as new (message: string) => Error;
  return isConstructedByMessage(nativeName) ? new Native(message) : new Error(message);
}

function isConstructedByMessage(name: string | undefined): boolean {
  return name !== undefined && BUILT_IN_CLASSES.has(name) && name !== "AggregateError" && name !== "IsolationError";
}

/** A code this version does not know is a breach of the contract, and says so with the words that came. */
function createIsolationError(arrived: ArrivedError): IsolationError {
  const { frameworkCode, message, hasCause, cause, fields } = arrived;
  const known = Object.hasOwn(ERROR_CODES, frameworkCode);
  const code = known ? (frameworkCode as IsolationErrorCode) : "PROTOCOL";
  const prefix = `${frameworkCode}: `;
  const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  const shown = known
    ? text
    : `the isolated process reported the unknown code ${JSON.stringify(frameworkCode)}: ${text}`;
  const { facts, ...others } = fields;
  const error = new IsolationError(code, shown, {
    ...(hasCause && { cause }),
    ...(isRecord(facts) && { facts: facts as IsolationFacts }),
  });
  defineParts(error, { ...arrived, code: undefined, hasCause: false, fields: others });
  return error;
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
function defineParts(error: Error, { stack, code, hasCause, cause, members, fields }: ArrivedError): void {
  defineHidden(error, "stack", stack);
  if (hasCause) defineHidden(error, "cause", cause);
  if (code !== undefined) defineField(error, "code", code);
  for (const key of Object.keys(fields)) {
    if (NEVER_FIELDS.has(key) || (key === "errors" && members !== undefined)) continue;
    if (key === "name" && (typeof fields.name !== "string" || error instanceof DOMException)) continue;
    defineField(error, key, fields[key]);
  }
}

export function defineField(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function defineHidden(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: false, configurable: true, writable: true });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
