import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { PREFIX_BYTES } from "./deframer.js";
import { ACCEPTED_ENCODINGS, type Encoding, responseEncoding } from "./encodings.js";
import { CONTENT_TYPE, endWithHeaders, statusHeaders, stopReading } from "./end-with-status.js";
import { Metadata } from "./metadata.js";
import { GrpcStatus } from "./status.js";

/** Longer messages are not copied behind their prefix. */
const COPIED_BYTES = 16 * 1024;

const BASIC_HEADERS: OutgoingHttpHeaders = Object.freeze({
  ":status": 200,
  "content-type": CONTENT_TYPE,
  "grpc-accept-encoding": ACCEPTED_ENCODINGS,
});
const OK_TRAILERS: OutgoingHttpHeaders = Object.freeze({ "grpc-status": "0" });
const WITH_TRAILERS = Object.freeze({ waitForTrailers: true });

/** The answer to one request: headers, messages, and exactly one status. */
export class Response {
  readonly #stream: ServerHttp2Stream;
  readonly #accepted: string | undefined;
  #headers: Metadata | undefined;
  #trailers: Metadata | undefined;
  /** Undefined until somebody asks for compression, or where the client reads none. */
  #encoding: Encoding | undefined;
  #compressing = false;
  #ended = false;

  /** @param accepted what the request's `grpc-accept-encoding` says */
  constructor(stream: ServerHttp2Stream, accepted: string | undefined) {
    this.#stream = stream;
    this.#accepted = accepted;
  }

  get headers(): Metadata {
    this.#headers ??= new Metadata();
    return this.#headers;
  }

  get trailers(): Metadata {
    this.#trailers ??= new Metadata();
    return this.#trailers;
  }

  get headersSent(): boolean {
    return this.#stream.headersSent;
  }

  /** Whether the status is decided. */
  get ended(): boolean {
    return this.#ended;
  }

  compress(on: boolean): void {
    if (!this.headersSent) this.#encoding ??= responseEncoding(this.#accepted);
    this.#compressing = on;
  }

  sendHeaders(): void {
    if (this.#ended || this.headersSent || this.#stream.destroyed) return;
    let headers = BASIC_HEADERS;
    if (this.#headers !== undefined) headers = { ...this.#headers.toHeaders(), ...headers };
    if (this.#encoding !== undefined) headers = { ...headers, "grpc-encoding": this.#encoding.name };
    try {
      this.#stream.respond(headers, WITH_TRAILERS);
    } catch (error) {
      // HTTP/2 refuses some headers. Without them there can still be a status.
      this.#headers = undefined;
      throw error;
    }
  }

  /** The message as it is to be written. */
  pack(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#compressing && this.#encoding !== undefined ? this.#encoding.compress(message) : message;
  }

  /** Whether `pack` compresses, as of now. */
  get isCompressing(): boolean {
    return this.#compressing && this.#encoding !== undefined;
  }

  /** Writes a packed message; false when whoever writes should wait. */
  write(packed: Uint8Array, compressed: boolean): boolean {
    if (this.#ended || this.#stream.destroyed) return false;
    this.sendHeaders();
    if (packed.length <= COPIED_BYTES) return this.#stream.write(framed(packed, compressed));
    this.#stream.cork();
    this.#stream.write(prefixOf(packed.length, compressed));
    const goesOn = this.#stream.write(packed);
    this.#stream.uncork();
    return goesOn;
  }

  /** Resolves when the client has read so much that there may be more, or never will. */
  drained(): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        stream.off("drain", done);
        stream.off("close", done);
        resolve();
      };
      stream.on("drain", done);
      stream.on("close", done);
    });
  }

  /** The last message, and the status that all is well. */
  finish(packed: Uint8Array, compressed: boolean): void {
    if (this.#ended || this.#stream.destroyed) return;
    this.sendHeaders();
    this.#ended = true;
    this.#endWith(OK_TRAILERS);
    if (packed.length <= COPIED_BYTES) {
      this.#stream.end(framed(packed, compressed));
      return;
    }
    this.#stream.cork();
    this.#stream.write(prefixOf(packed.length, compressed));
    this.#stream.end(packed);
  }

  /** The status. Only the first one counts. */
  end(code: number, message: string, extras?: OutgoingHttpHeaders): void {
    if (this.#ended || this.#stream.destroyed) return;
    const status = statusHeaders(code, message, extras);
    // Headers of the handler's own are headers: clients take all that comes in one block with the status for trailers.
    if (code === GrpcStatus.OK || this.#headers !== undefined) this.sendHeaders();
    this.#ended = true;
    if (this.headersSent) {
      this.#endWith(status);
      this.#stream.end();
      return;
    }
    const send = (more: OutgoingHttpHeaders): void => endWithHeaders(this.#stream, { ...BASIC_HEADERS, ...more });
    sendStatus(send, status, this.#trailers);
  }

  /** Nobody is there to answer. */
  abandon(): void {
    this.#ended = true;
  }

  #endWith(status: OutgoingHttpHeaders): void {
    const stream = this.#stream;
    stream.on("wantTrailers", () => {
      if (stream.destroyed || stream.closed) return;
      sendStatus((headers) => stream.sendTrailers(headers), status, this.#trailers);
      // Node.js sends them with the next turn: what closes the stream comes behind.
      if (!stream.readableEnded && !stream.endAfterHeaders) setImmediate(stopReading, stream);
    });
  }
}

/** What a handler has set may be something that HTTP/2 refuses: the status gets through, whatever it is. */
function sendStatus(
  send: (headers: OutgoingHttpHeaders) => void,
  status: OutgoingHttpHeaders,
  trailers: Metadata | undefined,
): void {
  if (trailers === undefined) {
    send(status);
    return;
  }
  try {
    send({ ...trailers.toHeaders(), ...status });
  } catch {
    send(status);
  }
}

function prefixOf(length: number, compressed: boolean): Buffer {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(length, 1);
  return prefix;
}

function framed(message: Uint8Array, compressed: boolean): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes[0] = compressed ? 1 : 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}
