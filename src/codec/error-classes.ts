import { IsolationError } from "../errors/index.js";

/** Before the names of WebAssembly's errors. */
const WEB_ASSEMBLY = "WebAssembly.";

/** The one of `node:assert`: test frameworks have others of that name. */
const ASSERTION_ERROR = "assert.AssertionError";

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

/**
 * The classes that every process has, by the name that stands for them on the wire. They are found by their prototype
 * and arrive as themselves. Which of them a process has is a matter of its Node.js: `SuppressedError` is new,
 * `WebAssembly` can be switched off.
 */
export const BUILT_IN_CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ...[
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
  ].map((builtIn): [string, ErrorClass] => [builtIn.name, builtIn]),
  ...optionalClass("SuppressedError", globalThis, "SuppressedError"),
  ...["CompileError", "LinkError", "RuntimeError"].flatMap((name) =>
    optionalClass(`${WEB_ASSEMBLY}${name}`, (globalThis as { WebAssembly?: object }).WebAssembly, name),
  ),
]);

function optionalClass(wireName: string, home: object | undefined, name: string): [string, ErrorClass][] {
  const Class: unknown = home === undefined ? undefined : Reflect.get(home, name);
  return typeof Class === "function" ? [[wireName, Class as ErrorClass]] : [];
}

/** Names that only the wire has: other classes have the same names, and may be registered under them. */
const WIRE_NAMES: ReadonlyMap<string, string> = new Map([
  [ASSERTION_ERROR, "AssertionError"],
  ...["CompileError", "LinkError", "RuntimeError"].map((name): [string, string] => [`${WEB_ASSEMBLY}${name}`, name]),
]);

/** A built-in class by its wire name, also one that is not loaded before somebody needs it. */
export function builtInClass(wireName: string): ErrorClass | undefined {
  return wireName === ASSERTION_ERROR ? assertionError() : BUILT_IN_CLASSES.get(wireName);
}

/** The wire name of the built-in class that has this prototype. */
export function wireNameOfPrototype(prototype: object): string | undefined {
  const name = wireNames.get(prototype);
  if (name !== undefined) return name;
  const maker: unknown = Object.hasOwn(prototype, "constructor") ? Reflect.get(prototype, "constructor") : undefined;
  const mayBeAssertionError = typeof maker === "function" && maker.name === "AssertionError";
  return mayBeAssertionError && assertionError()?.prototype === prototype ? ASSERTION_ERROR : undefined;
}

/** What an error says its name is, whose class has this wire name. */
export function shownNameOf(wireName: string): string {
  return WIRE_NAMES.get(wireName) ?? wireName;
}

const wireNames: ReadonlyMap<object, string> = new Map(
  [...BUILT_IN_CLASSES].map(([name, Class]) => [Class.prototype as object, name]),
);

/** Loading it takes milliseconds: only where an error of that name comes by. */
function assertionError(): ErrorClass | undefined {
  return process.getBuiltinModule?.("node:assert").AssertionError as ErrorClass | undefined;
}

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
