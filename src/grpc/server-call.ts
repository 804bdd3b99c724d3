import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { requestEncoding } from "./encodings.js";
import { GrpcError } from "./grpc-error.js";
import { type GrpcCall, MAX_MESSAGE_BYTES, type ServeOptions } from "./grpc-method.js";
import { Metadata } from "./metadata.js";
import { peerOf } from "./peer.js";
import { RequestMessages } from "./request-messages.js";
import { Response } from "./response.js";
import { GrpcStatus, STATUS_DETAILS } from "./status.js";
import { parseTimeout } from "./timeout.js";

/** A timer of Node.js fires at once when it is to wait longer; a client that waits so long gives up by itself. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ArrivedCall {
  readonly stream: ServerHttp2Stream;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[] | undefined;
  /** Whether the request has exactly one message. */
  readonly single: boolean;
}

/** One call from its arrival to its status. What hardly any handler asks for is made when it is asked for. */
export class ServerCall implements GrpcCall {
  readonly path: string;
  readonly requestHeaders: IncomingHttpHeaders;
  readonly deadline: number | undefined;
  readonly request: RequestMessages;
  readonly response: Response;
  readonly #stream: ServerHttp2Stream;
  readonly #rawHeaders: readonly string[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #metadata: Metadata | undefined;
  #controller: AbortController | undefined;
  #gone: GrpcError | undefined;
  #onGone: ((reason: GrpcError) => void) | undefined;

  /** @throws GrpcError for headers by which no call can be served */
  constructor({ stream, path, headers, rawHeaders, single }: ArrivedCall, options: ServeOptions) {
    this.path = path;
    this.requestHeaders = headers;
    this.#stream = stream;
    this.#rawHeaders = rawHeaders;
    const timeout = headers["grpc-timeout"];
    const timeoutMs = timeout === undefined ? undefined : parseTimeout(String(timeout));
    if (timeoutMs === 0) throw expired();
    const encoding = requestEncoding(headers["grpc-encoding"] as string | undefined);
    if (timeoutMs !== undefined) this.deadline = Date.now() + timeoutMs;
    this.response = new Response(stream, headers["grpc-accept-encoding"] as string | undefined);
    this.request = new RequestMessages({
      stream,
      single,
      encoding,
      maxBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
      onFailure: (error) => this.fail(error),
    });
    stream.on("aborted", () => this.#cancelled());
    if (timeoutMs !== undefined && timeoutMs <= LONGEST_TIMER_MS) {
      this.#timer = setTimeout(() => this.#expire(), timeoutMs);
    }
  }

  get metadata(): Metadata {
    this.#metadata ??= Metadata.received(this.requestHeaders, this.#rawHeaders);
    return this.#metadata;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone !== undefined) this.#controller.abort(this.#gone);
    }
    return this.#controller.signal;
  }

  get peer(): string {
    return peerOf(this.#stream.session?.socket);
  }

  get requestCompressed(): boolean {
    return this.request.lastCompressed;
  }

  get headers(): Metadata {
    return this.response.headers;
  }

  get trailers(): Metadata {
    return this.response.trailers;
  }

  get headersSent(): boolean {
    return this.response.headersSent;
  }

  sendHeaders(): void {
    this.response.sendHeaders();
  }

  compress(on: boolean): void {
    this.response.compress(on);
  }

  /** Why nobody waits any more; undefined while somebody does. */
  get gone(): GrpcError | undefined {
    return this.#gone;
  }

  /** Told once, when the call ends before its handler does. */
  onGone(listener: (reason: GrpcError) => void): void {
    this.#onGone = listener;
    if (this.#gone !== undefined) listener(this.#gone);
  }

  /** The call has been answered. */
  settle(): void {
    clearTimeout(this.#timer);
    this.request.close();
  }

  /** Ends the call with an error; the handler, where it still runs, learns of it by the signal. */
  fail(error: GrpcError): void {
    if (this.response.ended) return;
    clearTimeout(this.#timer);
    for (const [name, value] of error.metadata ?? []) this.trailers.add(name, value);
    if (error.details !== undefined) this.trailers.set(STATUS_DETAILS, error.details);
    this.#end(error);
    this.#leave(error);
  }

  #end({ code, message }: GrpcError): void {
    try {
      this.response.end(code, message);
    } catch {
      // Headers of the handler's that HTTP/2 refuses: they are forgotten by now.
      this.response.end(code, message);
    }
  }

  #expire(): void {
    this.fail(expired());
  }

  #cancelled(): void {
    if (this.response.ended) return;
    clearTimeout(this.#timer);
    this.response.abandon();
    this.#leave(new GrpcError(GrpcStatus.CANCELLED, "the client does not wait for this call any more"));
  }

  #leave(reason: GrpcError): void {
    this.#gone = reason;
    this.request.fail(reason);
    this.#controller?.abort(reason);
    this.#onGone?.(reason);
  }
}

function expired(): GrpcError {
  return new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, "the deadline of the call has passed");
}
