import { IsolationError } from "../errors/index.js";
import { isAsyncIterable } from "./by-reference.js";
import type { Callee } from "./call-target.js";
import { forwardingOf } from "./forwarding.js";

/** The name of the member that iterates a live object. */
export const ITERATION = "@@asyncIterator";

/** What a call of something hears that is lent no more. */
export function lentNoMore(): IsolationError {
  const message = "what was lent is not there any more: the call it came with is over, or it was released";
  return new IsolationError("METHOD_NOT_FOUND", message);
}

/**
 * A method that the object, or its class, defines itself: nothing that every object has. What another process has lent
 * is asked there.
 */
export function methodOf(target: object, name: string): Callee {
  const forwarding = forwardingOf(target);
  if (forwarding !== undefined) return forwarding.bind(name);
  if (name === ITERATION && isAsyncIterable(target)) return () => iterationOf(target);
  for (
    let owner: object | null = target;
    owner !== null && owner !== Object.prototype && owner !== Function.prototype;
  ) {
    if (name !== "constructor" && name !== "__proto__" && Object.hasOwn(owner, name)) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (...args) => Reflect.apply(value, target, args) : () => value;
    }
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  throw new IsolationError("METHOD_NOT_FOUND", `the live object has no method ${JSON.stringify(name)}`);
}

/** Not the object itself, which would be lent as what it is: its items. */
function iterationOf(target: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return { [Symbol.asyncIterator]: () => target[Symbol.asyncIterator]() };
}
