import type { ServerHttp2Stream } from "node:http2";
import { Deframer, type FramedMessage } from "./deframer.js";
import type { Encoding } from "./encodings.js";
import { GrpcError } from "./grpc-error.js";
import { GrpcStatus } from "./status.js";

/** How much may wait here for whoever reads the messages before the client has to wait. */
const AHEAD_BYTES = 64 * 1024;

/** The same in messages, since an empty one has no bytes. */
const AHEAD_MESSAGES = 1_024;

export interface RequestOptions {
  readonly stream: ServerHttp2Stream;
  /** Whether there must be exactly one message. */
  readonly single: boolean;
  readonly encoding: Encoding | undefined;
  readonly maxBytes: number;
  /** Told once, when what comes is not what it must be. */
  readonly onFailure: (error: GrpcError) => void;
}

/** The messages of a request, in their order. */
export class RequestMessages {
  /** Whether the message that was read last had come compressed. */
  lastCompressed = false;
  readonly #stream: ServerHttp2Stream;
  readonly #single: boolean;
  readonly #encoding: Encoding | undefined;
  readonly #maxBytes: number;
  readonly #deframer: Deframer;
  readonly #onFailure: (error: GrpcError) => void;
  readonly #waiting: FramedMessage[] = [];
  #waitingBytes = 0;
  #ended = false;
  #failure: GrpcError | undefined;
  #wake: (() => void) | undefined;

  constructor({ stream, single, encoding, maxBytes, onFailure }: RequestOptions) {
    this.#stream = stream;
    this.#single = single;
    this.#encoding = encoding;
    this.#maxBytes = maxBytes;
    this.#onFailure = onFailure;
    this.#deframer = new Deframer(maxBytes, (message) => this.#keep(message));
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** To be called when the client has sent everything. */
  end(): void {
    if (this.#failure !== undefined) return;
    if (!this.#deframer.isAtBoundary) {
      this.#refuse(new GrpcError(GrpcStatus.INTERNAL, "the request ends within a message"));
      return;
    }
    this.#ended = true;
    this.#wake?.();
  }

  /** Nobody is to read any more: whoever does gets this error. What still comes is dropped. */
  fail(error: GrpcError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#waiting.length = 0;
    this.#wake?.();
    this.#stream.resume();
  }

  /** The call has been answered: what the client has not sent yet is of no interest. */
  close(): void {
    if (!this.#single && !this.#ended) this.fail(new GrpcError(GrpcStatus.CANCELLED, "the call has been answered"));
  }

  /** The only message of a request that has ended. @throws GrpcError UNIMPLEMENTED when there is none */
  only(): Buffer | Promise<Buffer> {
    const [message] = this.#waiting;
    if (message === undefined) throw wrongCount("none");
    return this.#unpack(message);
  }

  /** All of them, as they come. Whoever stops reading early wants no more of the request. */
  async *each(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const message = this.#waiting.shift();
        if (message !== undefined) {
          this.#waitingBytes -= message.bytes.length;
          yield await this.#unpack(message);
        } else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#ended) return;
        else await this.#more();
      }
    } finally {
      this.fail(new GrpcError(GrpcStatus.CANCELLED, "nobody reads this request any more"));
    }
  }

  #more(): Promise<void> {
    this.#waitingBytes = 0;
    if (this.#stream.isPaused()) this.#stream.resume();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #keep(message: FramedMessage): void {
    if (this.#single && this.#waiting.length > 0) throw wrongCount("more");
    this.#waiting.push(message);
    this.#waitingBytes += message.bytes.length;
  }

  #take(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      this.#deframer.push(chunk);
    } catch (error) {
      this.#refuse(error as GrpcError);
      return;
    }
    if (this.#single || this.#waiting.length === 0) return;
    this.#wake?.();
    if (this.#waitingBytes >= AHEAD_BYTES || this.#waiting.length >= AHEAD_MESSAGES) this.#stream.pause();
  }

  #refuse(error: GrpcError): void {
    this.fail(error);
    this.#onFailure(error);
  }

  #unpack({ compressed, bytes }: FramedMessage): Buffer | Promise<Buffer> {
    this.lastCompressed = compressed;
    if (!compressed) return bytes;
    if (this.#encoding !== undefined) return this.#encoding.decompress(bytes, this.#maxBytes);
    throw new GrpcError(GrpcStatus.INTERNAL, "a message is marked as compressed, and the request has no grpc-encoding");
  }
}

function wrongCount(came: string): GrpcError {
  return new GrpcError(GrpcStatus.UNIMPLEMENTED, `the method takes exactly one message; ${came} came`);
}
