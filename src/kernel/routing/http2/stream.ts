import { STREAM_WINDOW_BYTES } from "../bounds.js";
import { type ByteAccount, ByteQueue } from "./byte-queue.js";
import type { Fields } from "./hpack-decoder.js";
import { CODE, StreamError } from "./protocol.js";

/** Who hears of a stream. */
export interface StreamSink {
  /** A block of fields: of a request or an answer, an informational one, or trailers. */
  onHeaders(fields: Fields, isEnd: boolean): void;
  /** Bytes count against the window until they are given to `consumed`. */
  onData(chunk: Buffer, isEnd: boolean): void;
  /** So many bytes of what `send` took have left. */
  onSent(bytes: number): void;
  /** The peer, or the connection for a fault of the peer's, reset the stream. Nothing more follows. */
  onReset(code: number): void;
  /** The connection is lost. Nothing more follows. */
  onLost(): void;
  /** Both sides have ended it, or `reset` was called. Nothing more follows. */
  onClosed(): void;
}

/** What a stream asks of its connection. */
export interface StreamCarrier {
  writeHeaders(streamId: number, fields: Fields, isEnd: boolean): void;
  writeReset(streamId: number, code: number): void;
  writeWindow(streamId: number, bytes: number): void;
  /** Whether windows and socket took the chunk at once. */
  sendNow(stream: Http2Stream, chunk: Buffer, isEnd: boolean): boolean;
  /** Sends what windows allow of the stream's queue. */
  pump(stream: Http2Stream): void;
  remove(stream: Http2Stream): void;
}

/** One stream of a connection, for either role. */
export class Http2Stream {
  readonly id: number;
  readonly queue: ByteQueue;
  sink: StreamSink | undefined;
  /** What the peer may yet be sent. */
  sendWindow: number;
  /** What the peer may yet send. */
  receiveWindow = STREAM_WINDOW_BYTES;
  /** Of a request that announced its length: what is still to come. */
  expectedBytes: number | undefined;
  hasHeaders = false;
  isRemoteEnded = false;
  isLocalEnded = false;
  isClosed = false;
  readonly #carrier: StreamCarrier;
  #unreturned = 0;
  /** What follows on the queue. */
  #ending: { readonly fields: Fields | undefined } | undefined;
  #resetAfterEnd: number | undefined;

  constructor(id: number, carrier: StreamCarrier, sendWindow: number, held: ByteAccount) {
    this.queue = new ByteQueue(held);
    this.id = id;
    this.#carrier = carrier;
    this.sendWindow = sendWindow;
  }

  /** Whether the end of what is sent waits for the queue, without trailers: then it travels on the last frame. */
  get endsWithData(): boolean {
    return this.#ending !== undefined && this.#ending.fields === undefined;
  }

  headers(fields: Fields, isEnd: boolean): void {
    if (this.isClosed || this.#ending !== undefined || this.isLocalEnded) return;
    if (isEnd && this.queue.length > 0) {
      this.#ending = { fields };
      return;
    }
    this.#carrier.writeHeaders(this.id, fields, isEnd);
    if (isEnd) this.localEnded();
  }

  /** So much of the request came. @throws StreamError where it is not as long as was announced */
  expect(bytes: number, isEnd: boolean): void {
    if (this.expectedBytes === undefined) return;
    this.expectedBytes -= bytes;
    if (this.expectedBytes < 0 || (isEnd && this.expectedBytes > 0)) throw new StreamError(this.id, CODE.protocol);
  }

  send(chunk: Buffer, isEnd: boolean): void {
    if (this.isClosed || this.#ending !== undefined || this.isLocalEnded) return;
    if (this.queue.length === 0 && this.#carrier.sendNow(this, chunk, isEnd)) return;
    this.queue.push(chunk);
    if (isEnd) this.#ending = { fields: undefined };
    this.#carrier.pump(this);
  }

  /** The queue is empty. */
  flushed(): void {
    const fields = this.#ending?.fields;
    if (fields === undefined) return;
    this.#carrier.writeHeaders(this.id, fields, true);
    this.localEnded();
  }

  localEnded(): void {
    this.isLocalEnded = true;
    if (this.isRemoteEnded) this.#close();
    else if (this.#resetAfterEnd !== undefined) this.reset(this.#resetAfterEnd);
  }

  remoteEnded(): void {
    this.isRemoteEnded = true;
    if (this.isLocalEnded) this.#close();
  }

  /** So many bytes of what came are dealt with: the peer may send as many again. */
  consumed(bytes: number): void {
    this.#unreturned += bytes;
    if (this.isClosed || this.isRemoteEnded || this.#unreturned < STREAM_WINDOW_BYTES / 2) return;
    this.receiveWindow += this.#unreturned;
    this.#carrier.writeWindow(this.id, this.#unreturned);
    this.#unreturned = 0;
  }

  /** Ends the stream at once; what waits is dropped. */
  reset(code: number): void {
    if (this.isClosed) return;
    this.#carrier.writeReset(this.id, code);
    this.#close();
  }

  /** Ends it once all is sent, where its end was asked for; else at once. */
  resetAfterEnd(code: number): void {
    if (this.#ending === undefined || this.queue.length === 0) this.reset(code);
    else this.#resetAfterEnd = code;
  }

  /** Trailers or an end, and no further word of the peer is wanted. */
  finish(fields: Fields): void {
    this.headers(fields, true);
    if (!this.isRemoteEnded) this.resetAfterEnd(CODE.none);
  }

  /** Leaves the connection without a word on the wire. */
  drop(): void {
    this.isClosed = true;
    this.queue.clear();
  }

  #close(): void {
    if (this.isClosed) return;
    this.drop();
    this.#carrier.remove(this);
    this.sink?.onClosed();
  }
}
