import { NOT_BEGUN_KEY } from "../../contract/index.js";
import type { Exchange } from "./exchange.js";
import { type Fields, indexOfField } from "./http2/hpack-decoder.js";
import { CODE } from "./http2/protocol.js";
import type { StreamSink } from "./http2/stream.js";

/** Fields of a connection, and those that a second block cannot have. */
const OF_CONNECTION = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);
const OF_FIRST_BLOCK = new Set([":status", "content-type"]);

/** What one process says to one request. */
export class Answer implements StreamSink {
  /** The answer is whole. */
  isAnswered = false;
  /** Bytes of messages came. */
  hasMessages = false;
  readonly #exchange: Exchange;
  #hasFields = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  onHeaders(fields: Fields, isEnd: boolean): void {
    const { client, hasAnswer } = this.#exchange;
    if (isEnd && !hasAnswer && indexOfField(fields, NOT_BEGUN_KEY) >= 0) {
      this.#exchange.refused();
      return;
    }
    if (isEnd) {
      this.isAnswered = true;
      const isSecond = hasAnswer && !this.#hasFields;
      client.headers(isSecond ? without(fields, OF_FIRST_BLOCK) : without(fields, OF_CONNECTION), true);
      return;
    }
    this.#hasFields = true;
    const at = indexOfField(fields, "grpc-encoding");
    this.#exchange.answered(without(fields, OF_CONNECTION), at < 0 ? undefined : fields[at + 1]);
  }

  onData(chunk: Buffer, isEnd: boolean): void {
    if (chunk.length > 0 && !this.hasMessages) {
      this.hasMessages = true;
      this.#exchange.request.drop();
    }
    this.isAnswered ||= isEnd;
    this.#exchange.client.send(chunk, isEnd);
  }

  onSent(bytes: number): void {
    this.#exchange.request.left(bytes);
  }

  onReset(code: number): void {
    if (code === CODE.refused && !this.#hasFields) this.#exchange.unprocessed();
    else if (this.isAnswered) this.#exchange.client.resetAfterEnd(code);
    else this.#exchange.client.reset(code);
  }

  onLost(): void {
    this.#exchange.lost();
  }

  onClosed(): void {}
}

function without(fields: Fields, names: ReadonlySet<string>): Fields {
  for (let at = 0; at < fields.length; at += 2) {
    if (names.has(fields[at] as string)) return fields.filter((_, index) => !names.has(fields[index & ~1] as string));
  }
  return fields;
}
