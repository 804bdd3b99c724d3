import { REFERENCE_MARK, registerErrorClass } from "../src/codec/index.js";
import {
  type CallScope,
  type CurrentCall,
  earlyServe,
  findBridge,
  offerBridge,
  type PihostBridge,
  type ServedCall,
} from "../src/inside/bridge.js";
import type { Callee, IncomingCall } from "../src/session/index.js";
import { type Within, withinTrace } from "./trace-context.js";

/** Another copy of this code may have offered one: a host that runs an isolate in its own process may be an isolate. */
export const bridge: PihostBridge =
  findBridge() ??
  offerBridge({ storage: undefined, data: undefined, use: undefined, serve: earlyServe(), registerErrorClass });

/** The call that the running code belongs to, where anybody may ask. */
export function callInContext(): CurrentCall | undefined {
  return bridge.storage?.getStore();
}

/** What functions are called, for whoever hears of calls. */
const names = new WeakMap<Callee, Omit<ServedCall, "attempt">>();

/** Notes what a function is called. */
export function nameCallee(callee: Callee, name: Omit<ServedCall, "attempt">): Callee {
  names.set(callee, name);
  return callee;
}

/** Runs a call, so that `currentCall()` knows it, and its trace is the active one, where anybody may ask. */
export function runInCall(call: IncomingCall, callee: Callee, args: readonly unknown[]): unknown {
  const within = withinCall(call);
  const name = bridge.serve === undefined ? undefined : names.get(callee);
  if (name !== undefined) return runServed(call, name, within ?? directly, () => callee(...args));
  if (within === undefined) return callee(...args);
  const result = within(() => callee(...args));
  return result instanceof Promise ? result.then((value) => streamWithin(within, value)) : streamWithin(within, result);
}

const directly: Within = (run) => run();

/** How the parts of a call run; undefined where that makes no difference. */
function withinCall(call: IncomingCall): Within | undefined {
  const { storage } = bridge;
  const inTrace = withinTrace(call);
  if (storage === undefined) return inTrace;
  if (inTrace === undefined) return (run) => storage.run(call, run);
  return (run) => storage.run(call, () => inTrace(run));
}

/** Runs a call of which somebody hears: to its end, and to that of the stream that it returns. */
function runServed(
  { attempt }: IncomingCall,
  name: Omit<ServedCall, "attempt">,
  within: Within,
  run: () => unknown,
): unknown {
  const scope = within(() => quietly(() => bridge.serve?.({ ...name, attempt })));
  if (scope === undefined) return within(run);
  const inside: Within = (part) => within(() => scope.within(part));
  const settle = (value: unknown): unknown => {
    const stream = streamWithin(inside, value, scope);
    if (stream === value) quietly(() => scope.end());
    return stream;
  };
  const fail = (error: unknown): never => {
    quietly(() => scope.end({ error }));
    throw error;
  };
  try {
    const result = inside(run);
    return isThenable(result) ? Promise.resolve(result).then(settle, fail) : settle(result);
  } catch (error) {
    return fail(error);
  }
}

/** The body of a generator runs when it is asked for items, which is long after the call itself. */
function streamWithin(within: Within, value: unknown, scope?: CallScope): unknown {
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  if (value instanceof ReadableStream || REFERENCE_MARK in value) return value;
  const iterable = value as AsyncIterable<unknown>;
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = within(() => iterable[Symbol.asyncIterator]());
      const step = <T>(run: () => T): T | Promise<IteratorResult<unknown>> => {
        const next = within(run);
        return scope === undefined ? next : watched(next as Promise<IteratorResult<unknown>>, scope);
      };
      return {
        next: () => step(() => iterator.next()),
        return: () => step(() => iterator.return?.() ?? { done: true, value: undefined }),
        throw: (error: unknown) => step(() => iterator.throw?.(error) ?? Promise.reject(error)),
      };
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

async function watched(next: Promise<IteratorResult<unknown>>, scope: CallScope): Promise<IteratorResult<unknown>> {
  try {
    const result = await next;
    if (result.done === true) quietly(() => scope.end());
    return result;
  } catch (error) {
    quietly(() => scope.end({ error }));
    throw error;
  }
}

/** What a call comes to does not depend on who watches it. */
function quietly<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
