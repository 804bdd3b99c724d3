import { type ClientHttp2Session, constants, type IncomingHttpHeaders } from "node:http2";
import { AUTHORIZATION_KEY, bearer } from "../../contract/index.js";
import type { IsolationError } from "../../errors/index.js";
import { incomingBytes, PacedReader, PREFIX_LENGTH } from "../../session/index.js";
import { errorOfStatus, failedStatus } from "./kernel-error.js";

/** A call that is answered by any number of messages. */
export interface ServerStream {
  /** Resolves when the answer has begun. @throws IsolationError what the kernel refuses it with */
  readonly begun: Promise<void>;
  /** Each message, as fast as it is read. @throws IsolationError how it ended, where that is not in order */
  messages(): AsyncGenerator<Buffer, void, undefined>;
  cancel(): void;
}

/**
 * Sends a request of one message.
 *
 * @param toLost the error for a connection that is lost, or cannot be made
 */
export function startServerStream(
  session: ClientHttp2Session,
  path: string,
  token: string | undefined,
  message: Uint8Array,
  toLost: (cause: unknown) => IsolationError,
): ServerStream {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: path,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
    [constants.HTTP2_HEADER_TE]: "trailers",
    ...(token === undefined ? {} : { [AUTHORIZATION_KEY]: bearer(token) }),
  });
  let cause: unknown;
  stream.on("error", (error) => {
    cause = error;
  });
  let status: IncomingHttpHeaders | undefined;
  let broken: unknown;
  const take = (headers: IncomingHttpHeaders): void => {
    if (headers["grpc-status"] !== undefined) status = headers;
  };
  const failure = (): unknown => {
    if (broken !== undefined) return broken;
    if (status === undefined) return toLost(cause);
    const failed = failedStatus(status);
    return failed === undefined ? undefined : errorOfStatus(failed);
  };
  const begun = new Promise<void>((resolve, reject) => {
    stream.once("response", (headers) => {
      take(headers);
      if (status === undefined || failedStatus(status) === undefined) resolve();
    });
    stream.once("close", () => reject(failure()));
  });
  begun.catch(() => {});
  stream.once("trailers", take);
  const waiting: Buffer[] = [];
  let isClosed = false;
  let wake = (): void => {};
  const reader = new PacedReader(
    incomingBytes(stream),
    (bytes) => {
      waiting.push(bytes);
      wake();
    },
    (error) => {
      broken = error;
      stream.destroy();
    },
  );
  reader.start();
  stream.once("close", () => {
    reader.finish();
    isClosed = true;
    wake();
  });
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
  const cancel = (): void => stream.close(constants.NGHTTP2_CANCEL);
  return {
    begun,
    cancel,
    async *messages() {
      try {
        for (;;) {
          while (waiting.length === 0 && !isClosed) {
            reader.resume();
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          // Nothing more is read until these are.
          if (!isClosed) reader.pause();
          const next = waiting.shift();
          if (next !== undefined) yield next;
          else if (isClosed) break;
        }
        const error = failure();
        if (error !== undefined) throw error;
      } finally {
        cancel();
      }
    },
  };
}
