import { quiet } from "./quiet.js";

/** Iterates what a promise comes to, once it has. */
export function iterateLater(promise: Promise<unknown>): AsyncIterator<unknown, undefined> {
  const iterator = promise.then((result) => {
    if (isAsyncIterable(result)) return result[Symbol.asyncIterator]();
    throw new TypeError("the call returned no async iterable, so there is nothing to iterate");
  });
  // Whoever began to iterate hears of a failed call by `next`; what is dropped must not end the process.
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
