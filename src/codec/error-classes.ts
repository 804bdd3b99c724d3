import { IsolationError } from "../errors/index.js";

/** A class whose instances are errors. Its constructor's parameters are its own affair. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** What arrived of an error of a registered class: its own fields by name, and these. */
export interface ErrorFields {
  message: string;
  /** The remote stack, followed by the local one where the error was thrown by a call. */
  stack: string;
  code?: unknown;
  cause?: unknown;
  /** The members, where the error has some. */
  errors?: unknown;
  [field: string]: unknown;
}

export interface ErrorClassOptions<Instance extends Error> {
  /** The name under which errors of the class arrive: their `name`, or else the class's. Default: the class's `name`. */
  name?: string;
  /** Makes the instance. Default: the prototype is set and the fields are defined, without running the constructor. */
  from?: (fields: ErrorFields) => Instance;
}

/** The classes that every process has. They are found by their prototype and arrive as themselves. */
export const BUILT_IN_CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>(
  [
    Error,
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
    AggregateError,
    DOMException,
    IsolationError,
  ].map((builtIn) => [builtIn.name, builtIn]),
);

interface Registration {
  name: string;
  class: ErrorClass;
  from: ((fields: ErrorFields) => Error) | undefined;
}

const byName = new Map<string, Registration>();

/**
 * Makes errors of an application's own class arrive as instances of it, on the side where this is called. Errors of
 * other classes arrive as `Error` with their `name` and their own fields.
 *
 * @returns a function that takes the registration back.
 * @throws IsolationError `INVALID_OPTION` when the name is empty, a built-in's, or already another class's.
 */
export function registerErrorClass<Instance extends Error>(
  Class: abstract new (...args: never[]) => Instance,
  options: ErrorClassOptions<Instance> = {},
): () => void {
  const name = options.name ?? Class.name;
  if (name === "" || BUILT_IN_CLASSES.has(name)) {
    const received = JSON.stringify(name);
    throw new IsolationError("INVALID_OPTION", `name must not be empty or a built-in error's, received ${received}`);
  }
  const present = byName.get(name);
  if (present !== undefined && present.class !== Class) {
    throw new IsolationError(
      "INVALID_OPTION",
      `name must be of one class, "${name}" is already registered for another`,
    );
  }
  const registration: Registration = { name, class: Class, from: options.from };
  byName.set(name, registration);
  return () => {
    if (byName.get(name) === registration) byName.delete(name);
  };
}

/** The registration under a name that came over the wire. */
export function registeredUnder(name: string): Registration | undefined {
  return byName.get(name);
}

/** The name a class was registered under on this side. */
export function registeredNameOf(Class: unknown): string | undefined {
  for (const registration of byName.values()) {
    if (registration.class === Class) return registration.name;
  }
  return undefined;
}
