import type { Duplex } from "node:stream";
import { CALM_POINTS_PER_DATA_FRAME, UNSENT_BYTES } from "../bounds.js";
import type { Calm } from "./calm.js";
import { COPIED_BYTES, FrameWriter } from "./frame-writer.js";
import type { Fields } from "./hpack-decoder.js";
import { HpackEncoder } from "./hpack-encoder.js";
import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW, FLAG, FRAME } from "./protocol.js";
import type { Http2Stream, StreamCarrier } from "./stream.js";

const NOTHING = Buffer.alloc(0);

/** What a connection has to hear of what it sends. */
export interface OutgoingListener {
  /** Something was given to the socket, or the socket took what it had. */
  onWritten(): void;
  onReset(streamId: number): void;
  onRemove(stream: Http2Stream): void;
}

/** What is sent over a connection of HTTP/2, as far as windows and socket allow it. */
export class Outgoing implements StreamCarrier {
  readonly encoder = new HpackEncoder();
  /** What the peer may be sent on all streams together. */
  window = DEFAULT_WINDOW;
  readonly #writer: FrameWriter;
  readonly #calm: Calm;
  readonly #listener: OutgoingListener;
  /** Streams whose queue waits for the connection, the next one first. */
  readonly #waiting = new Set<Http2Stream>();

  constructor(socket: Duplex, calm: Calm, listener: OutgoingListener) {
    this.#calm = calm;
    this.#listener = listener;
    this.#writer = new FrameWriter(socket, () => listener.onWritten());
  }

  /** Bytes that the peer has not taken. */
  get pending(): number {
    return this.#writer.pending;
  }

  raw(bytes: Buffer): void {
    this.#writer.raw(bytes);
  }

  flush(): void {
    this.#writer.flush();
  }

  writeHeaders(streamId: number, fields: Fields, isEnd: boolean): void {
    const block = this.encoder.encode(fields);
    // The encoder's room is used again, and long payloads are not copied by the writer.
    const whole = block.length <= COPIED_BYTES ? block : Buffer.from(block);
    const end = isEnd ? FLAG.endStream : 0;
    if (whole.length <= DEFAULT_FRAME_BYTES) {
      this.#writer.frame(FRAME.headers, end | FLAG.endHeaders, streamId, whole);
      return;
    }
    for (let at = 0; at < whole.length; at += DEFAULT_FRAME_BYTES) {
      const part = whole.subarray(at, at + DEFAULT_FRAME_BYTES);
      const last = at + part.length === whole.length ? FLAG.endHeaders : 0;
      if (at === 0) this.#writer.frame(FRAME.headers, end | last, streamId, part);
      else this.#writer.frame(FRAME.continuation, last, streamId, part);
    }
  }

  writeReset(streamId: number, code: number): void {
    this.#listener.onReset(streamId);
    this.#writer.number(FRAME.reset, streamId, code);
  }

  writeWindow(streamId: number, bytes: number): void {
    this.#writer.number(FRAME.windowUpdate, streamId, bytes);
  }

  /** A frame about the connection. */
  writeControl(type: number, flags: number, payload: Buffer): void {
    this.#writer.frame(type, flags, 0, payload);
  }

  remove(stream: Http2Stream): void {
    this.#waiting.delete(stream);
    this.#listener.onRemove(stream);
  }

  sendNow(stream: Http2Stream, chunk: Buffer, isEnd: boolean): boolean {
    const { length } = chunk;
    if (length > DEFAULT_FRAME_BYTES || length > stream.sendWindow || length > this.window) return false;
    if (this.#writer.pending >= UNSENT_BYTES) return false;
    if (length > 0 || isEnd) this.#writeData(stream, chunk, isEnd);
    return true;
  }

  pump(stream: Http2Stream): void {
    while (this.#sendOne(stream));
    if (!stream.isClosed && stream.queue.length > 0 && stream.sendWindow > 0) this.#waiting.add(stream);
    else this.#waiting.delete(stream);
  }

  /** The connection's window or the socket opened: each stream in its turn. */
  pumpAll(): void {
    // Who is added again comes last.
    for (const stream of this.#waiting) {
      if (this.window <= 0 || this.#writer.pending >= UNSENT_BYTES) return;
      this.#waiting.delete(stream);
      if (this.#sendOne(stream)) this.#waiting.add(stream);
    }
  }

  close(): void {
    this.#waiting.clear();
  }

  /** Gives one frame of the stream's queue to the socket; whether more might follow. */
  #sendOne(stream: Http2Stream): boolean {
    if (stream.isClosed) return false;
    if (stream.queue.length === 0) {
      if (stream.endsWithData && !stream.isLocalEnded) this.#writeData(stream, NOTHING, true);
      return false;
    }
    const most = Math.min(stream.sendWindow, this.window, DEFAULT_FRAME_BYTES);
    if (most <= 0 || this.#writer.pending >= UNSENT_BYTES) return false;
    const chunk = stream.queue.shift(most);
    const isDone = stream.queue.length === 0;
    this.#writeData(stream, chunk, isDone && stream.endsWithData);
    if (isDone) stream.flushed();
    return !isDone && stream.sendWindow > 0;
  }

  #writeData(stream: Http2Stream, chunk: Buffer, isEnd: boolean): void {
    stream.sendWindow -= chunk.length;
    this.window -= chunk.length;
    this.#writer.frame(FRAME.data, isEnd ? FLAG.endStream : 0, stream.id, chunk);
    this.#calm.credit(CALM_POINTS_PER_DATA_FRAME);
    stream.sink?.onSent(chunk.length);
    if (isEnd) stream.localEnded();
  }
}
