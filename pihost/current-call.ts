import { REFERENCE_MARK, registerErrorClass } from "../src/codec/index.js";
import { type CurrentCall, findBridge, offerBridge, type PihostBridge } from "../src/inside/bridge.js";
import type { Callee, IncomingCall } from "../src/session/index.js";

/** Another copy of this code may have offered one: a host that runs an isolate in its own process may be an isolate. */
export const bridge: PihostBridge =
  findBridge() ?? offerBridge({ storage: undefined, data: undefined, use: undefined, registerErrorClass });

/** The call that the running code belongs to, where anybody may ask. */
export function callInContext(): CurrentCall | undefined {
  return bridge.storage?.getStore();
}

/** Runs a call, so that `currentCall()` knows it where anybody may ask. */
export function runInCall(call: IncomingCall, callee: Callee, args: readonly unknown[]): unknown {
  const { storage } = bridge;
  if (storage === undefined) return callee(...args);
  const within: Within = (run) => storage.run(call, run);
  const result = within(() => callee(...args));
  return result instanceof Promise ? result.then((value) => streamWithin(within, value)) : streamWithin(within, result);
}

type Within = <T>(run: () => T) => T;

/** The body of a generator runs when it is asked for items, which is long after the call itself. */
function streamWithin(within: Within, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  if (value instanceof ReadableStream || REFERENCE_MARK in value) return value;
  const iterable = value as AsyncIterable<unknown>;
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = within(() => iterable[Symbol.asyncIterator]());
      return {
        next: () => within(() => iterator.next()),
        return: () => within(() => iterator.return?.() ?? { done: true, value: undefined }),
        throw: (error: unknown) => within(() => iterator.throw?.(error) ?? Promise.reject(error)),
      };
    },
  };
}
