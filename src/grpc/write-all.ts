import { GrpcError } from "./grpc-error.js";
import type { ServerCall } from "./server-call.js";
import { GrpcStatus } from "./status.js";

/** Writes every message of an iterable, no faster than the client reads; stops the iterable when nobody waits any more. */
export async function writeAll(
  call: ServerCall,
  messages: unknown,
  encode: (message: unknown) => Uint8Array,
): Promise<void> {
  const { response } = call;
  const iterator = iteratorOf(messages, call.path);
  // A generator that waits for something learns of it once that has come; what it does then is its own affair.
  call.onGone(() => void stop(iterator));
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true || call.gone !== undefined) return;
    const compressed = response.isCompressing;
    const packed = response.pack(encode(value));
    const goesOn = response.write(packed instanceof Promise ? await packed : packed, compressed);
    if (!goesOn) await response.drained();
  }
}

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

function iteratorOf(messages: unknown, path: string): AnyIterator {
  if (typeof messages === "object" && messages !== null) {
    if (Symbol.asyncIterator in messages) return (messages as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in messages) return (messages as Iterable<unknown>)[Symbol.iterator]();
  }
  const given = messages === null ? "null" : typeof messages;
  throw new GrpcError(
    GrpcStatus.INTERNAL,
    `${path} answers with a stream: its function returns an iterable; got ${given}`,
  );
}

async function stop(iterator: AnyIterator): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // Nobody is there to be told.
  }
}
