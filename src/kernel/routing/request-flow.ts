import type { ExchangeContext } from "./exchange-context.js";
import type { Fields } from "./http2/hpack-decoder.js";
import { CODE } from "./http2/protocol.js";
import type { Http2Stream, StreamSink } from "./http2/stream.js";
import { KeptRequest } from "./kept-request.js";

/** What the client sends, on its way to the process that has the request; kept while it may have to go to another one. */
export class RequestFlow implements StreamSink {
  readonly #client: Http2Stream;
  readonly #kept: KeptRequest;
  readonly #onEnd: (code: number) => void;
  #upstream: Http2Stream | undefined;
  /** Bytes that went out in this attempt, and those that the client was told of. */
  #sent = 0;
  #credited = 0;

  /** @param onEnd the client's stream is over: reset by it with this code, lost, or whole */
  constructor(
    client: Http2Stream,
    { kept, held }: Pick<ExchangeContext, "kept" | "held">,
    onEnd: (code: number) => void,
  ) {
    this.#client = client;
    this.#onEnd = onEnd;
    this.#kept = new KeptRequest(kept, held);
    this.#kept.isEnded = client.isRemoteEnded;
    client.sink = this;
  }

  /** Whether all that came can be sent once more. */
  get isWhole(): boolean {
    return this.#kept.isWhole;
  }

  /** Whether a process has it. */
  get isAttached(): boolean {
    return this.#upstream !== undefined;
  }

  /** A process gets what came so far, and what comes. */
  attach(upstream: Http2Stream, fields: Fields): void {
    this.#upstream = upstream;
    this.#sent = 0;
    const { isEnded, trailers } = this.#kept;
    const chunks = this.#kept.chunks();
    const isEnd = isEnded && trailers === undefined;
    upstream.headers(fields, isEnd && chunks.length === 0);
    for (const [index, chunk] of chunks.entries()) upstream.send(chunk, isEnd && index === chunks.length - 1);
    if (trailers !== undefined) upstream.headers(trailers, true);
  }

  /** No process has it any more. */
  detach(): Http2Stream | undefined {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    return upstream;
  }

  /** So many bytes have left for the process: the client may send as many, unless they had left before, for another one. */
  left(bytes: number): void {
    this.#sent += bytes;
    if (this.#sent <= this.#credited) return;
    this.#client.consumed(this.#sent - this.#credited);
    this.#credited = this.#sent;
  }

  /** It will not be sent again. */
  drop(): void {
    this.#kept.drop();
  }

  // What the client says.

  onHeaders(trailers: Fields): void {
    this.#kept.trailers = trailers;
    this.#kept.isEnded = true;
    this.#upstream?.headers(trailers, true);
  }

  onData(chunk: Buffer, isEnd: boolean): void {
    this.#kept.add(chunk, isEnd, this.#upstream !== undefined);
    this.#upstream?.send(chunk, isEnd);
  }

  onSent(bytes: number): void {
    this.#upstream?.consumed(bytes);
  }

  onReset(code: number): void {
    this.#onEnd(code);
  }

  onLost(): void {
    this.#onEnd(CODE.cancel);
  }

  onClosed(): void {
    this.#onEnd(CODE.cancel);
  }
}
