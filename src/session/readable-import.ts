import type { StreamImport } from "./stream-import.js";

/** A web stream over the items of the other side: pulls as it is read, ends the producer when it is cancelled. */
export function toReadable(stream: StreamImport): ReadableStream {
  const { ReadableStream: PublicStream } = process.getBuiltinModule("node:stream/web");
  return new PublicStream(
    {
      async pull(controller) {
        const { done, value } = await stream.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        await stream.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
