import { quiet } from "../session/index.js";

/** The promise of a call, which may as well be iterated: `for await (const row of api.readRows())`. */
export interface StreamingPromise extends Promise<unknown> {
  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined>;
}

/**
 * Iterates what the call returns, once it has. A property of each promise rather than a subclass: V8 awaits only plain
 * promises without a detour.
 */
export function iterateResult(this: Promise<unknown>): AsyncIterator<unknown, undefined> {
  const iterator = this.then((result) => {
    if (isAsyncIterable(result)) return result[Symbol.asyncIterator]();
    throw new TypeError("the call returned no async iterable, so there is nothing to iterate");
  });
  // Whoever began to iterate hears of a failed call by `next`; what is dropped must not end the host.
  quiet(iterator);
  return {
    next: () => quiet(iterator.then((own) => own.next()) as Promise<IteratorResult<unknown, undefined>>),
    return: () => quiet(iterator.then((own) => own.return?.() ?? { done: true, value: undefined })),
    throw: (error) => quiet(iterator.then((own) => own.throw?.(error) ?? Promise.reject(error))),
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown, undefined> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
