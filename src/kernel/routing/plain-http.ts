import { CODE } from "./http2/protocol.js";
import type { Http2Stream, StreamSink } from "./http2/stream.js";

const TEXT = Buffer.from("This is a front door for gRPC: POST, content-type application/grpc.\n");

/** Answers a request that is no gRPC, of a browser or curl, once it has come; what it brings is dropped, a window at most. */
export class PlainHttp implements StreamSink {
  readonly #stream: Http2Stream;
  readonly #status: string;

  constructor(stream: Http2Stream, method: string) {
    this.#stream = stream;
    this.#status = method === "POST" ? "415" : "405";
    stream.sink = this;
    if (stream.isRemoteEnded) this.#answer();
  }

  onHeaders(): void {
    this.#answer();
  }

  onData(_chunk: Buffer, isEnd: boolean): void {
    if (isEnd) this.#answer();
  }

  onSent(): void {}
  onReset(): void {}
  onLost(): void {}
  onClosed(): void {}

  #answer(): void {
    const stream = this.#stream;
    const length = String(TEXT.length);
    stream.headers(
      [":status", this.#status, "content-type", "text/plain", "content-length", length, "allow", "POST"],
      false,
    );
    stream.send(TEXT, true);
    if (!stream.isRemoteEnded) stream.resetAfterEnd(CODE.none);
  }
}
