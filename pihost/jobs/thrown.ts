import { inspect } from "node:util";
import { isError } from "../../src/codec/index.js";

/** By these BullMQ's worker knows that a job has not failed in the ordinary way. */
const SPECIAL = ["DelayedError", "RateLimitError", "UnrecoverableError", "WaitingChildrenError", "WaitingError"];

/**
 * What a job has thrown, as an error. One of a class that extends a special one of BullMQ's says so by its field
 * `bullmqError`: the worker's copy of BullMQ does not know the class.
 */
export function toThrowable(thrown: unknown): Error {
  if (!isError(thrown)) return toError(thrown);
  nameIfSilent(thrown);
  const special = specialBase(thrown);
  if (special !== undefined && special !== thrown.name) mark(thrown, special);
  return thrown;
}

/** The name of the special class that the error is of, whichever copy of BullMQ has made it. */
function specialBase(error: Error): string | undefined {
  for (let owner: object | null = error; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const maker: unknown = Object.hasOwn(owner, "constructor") ? Reflect.get(owner, "constructor") : undefined;
    if (typeof maker === "function" && SPECIAL.includes(maker.name)) return maker.name;
  }
  return undefined;
}

/** The message is all that a queue shows of an error. One without (a refused connection has none) says what it is, as in BullMQ. */
function nameIfSilent(error: Error): void {
  try {
    if (error.message === "") error.message = String(error);
  } catch {
    // A frozen one stays without.
  }
}

function mark(error: Error, special: string): void {
  try {
    Object.defineProperty(error, "bullmqError", { value: special, configurable: true, enumerable: true });
  } catch {
    // A frozen one stays an ordinary error.
  }
}

function toError(thrown: unknown): Error {
  const message: unknown = typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "message") : undefined;
  if (typeof message !== "string") return new Error(typeof thrown === "string" ? thrown : inspect(thrown));
  return Object.assign(new Error(message), thrown);
}
