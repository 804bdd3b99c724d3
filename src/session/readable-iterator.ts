/**
 * A web stream as an async iterable that can be left while a read waits: the stream's own iterator would make its
 * `return()` wait for that read, which a quiet source never answers.
 */
export function iterateReadable(stream: ReadableStream): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const reader = stream.getReader();
      const cancel = async (reason?: unknown): Promise<IteratorResult<unknown>> => {
        await reader.cancel(reason);
        return { done: true, value: undefined };
      };
      return {
        next: () => reader.read() as Promise<IteratorResult<unknown>>,
        return: (reason) => cancel(reason),
        throw: (reason) => cancel(reason),
      };
    },
  };
}
