import type { IncomingHttpHeaders } from "node:http2";
import type { GrpcError } from "./grpc-error.js";
import type { Metadata } from "./metadata.js";

/** One method, as it is served. */
export interface GrpcMethod {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  /** The message of these bytes, which stay valid. What it throws ends the call with INTERNAL. */
  decode(bytes: Buffer): unknown;
  /** The bytes of a message. What it throws ends the call with INTERNAL. */
  encode(message: unknown): Uint8Array;
  /**
   * @param request the message, or an `AsyncIterable` of them where `requestStream` says so
   * @returns the message or a promise of it; an iterable of them, async or not, where `responseStream` says so
   */
  handle(request: unknown, call: GrpcCall): unknown;
}

/** What a handler knows of its call, and how it answers beside its messages. */
export interface GrpcCall {
  readonly path: string;
  /** The headers of the request, as HTTP/2 has them. */
  readonly requestHeaders: IncomingHttpHeaders;
  /** What the client sent beside the protocol's own headers. */
  readonly metadata: Metadata;
  /** When the client gives up, in milliseconds since the epoch. */
  readonly deadline: number | undefined;
  /** Aborted, with a `GrpcError` as its reason, when nobody waits any more: cancelled, disconnected, or past the deadline. */
  readonly signal: AbortSignal;
  /** The client's address: `ipv4:127.0.0.1:50000`, `ipv6:[::1]:50000`, or `unix:`. */
  readonly peer: string;
  /** Whether the message that was read last had come compressed. */
  readonly requestCompressed: boolean;
  /** What goes into the headers of the response; they leave with the first message. */
  readonly headers: Metadata;
  /** What goes into the trailers, beside the status. */
  readonly trailers: Metadata;
  readonly headersSent: boolean;
  /** Sends the headers now. Does nothing when they are sent. */
  sendHeaders(): void;
  /**
   * Whether messages from now on are compressed, where the client reads gzip or deflate. To be called a first time before the
   * headers leave, since they name the encoding; later it changes nothing.
   */
  compress(on: boolean): void;
}

export interface ServeOptions {
  /** Bytes of one message, as it comes and once it is decompressed. Default 64 MiB. */
  readonly maxMessageBytes?: number;
  /** The status for what a handler throws. Default: `toGrpcError`. */
  readonly toError?: (thrown: unknown) => GrpcError;
}

/** Bytes of one message, unless an option says otherwise. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
