import { REFERENCE_MARK, registerErrorClass } from "../src/codec/index.js";
import { type CurrentCall, type IsolateDataBridge, offerBridge, type PihostBridge } from "../src/inside/bridge.js";
import type { Callee, IncomingCall } from "../src/session/index.js";

const bridge: PihostBridge = { storage: undefined, data: undefined, use: undefined, registerErrorClass };
offerBridge(bridge);

/** The data that `getData` and `setData` of `process-isolation/pihost` are about. */
export function offerData(data: IsolateDataBridge): void {
  bridge.data = data;
}

/** What `use` of `process-isolation/pihost` gives. */
export function offerUse(use: NonNullable<PihostBridge["use"]>): void {
  bridge.use = use;
}

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
