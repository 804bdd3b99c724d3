import type { Duplex } from "node:stream";
import {
  CALM_POINTS_PER_DATA_FRAME,
  CONNECTION_WINDOW_BYTES,
  METADATA_BYTES,
  METADATA_FIELDS,
  UNREAD_ANSWERS_BYTES,
  UNSENT_BYTES,
} from "../bounds.js";
import { Calm } from "./calm.js";
import { FrameReader } from "./frame-reader.js";
import { FrameWriter } from "./frame-writer.js";
import { type DecodedBlock, type Fields, HpackDecoder } from "./hpack-decoder.js";
import { HpackEncoder } from "./hpack-encoder.js";
import { FrameHandler } from "./incoming.js";
import { CODE, ConnectionError, DEFAULT_FRAME_BYTES, DEFAULT_WINDOW, FLAG, FRAME } from "./protocol.js";
import { Http2Stream, type StreamCarrier } from "./stream.js";

export interface ConnectionListener {
  /** The peer's first SETTINGS came. */
  onReady(): void;
  /** A request; `stream.sink` is to be set. Only on the side that serves. */
  onRequest(stream: Http2Stream, block: DecodedBlock, isEnd: boolean): void;
  /** The peer begins no stream above `lastId`, nor answers one of ours. */
  onGoaway(lastId: number): void;
  /** A stream is over. */
  onStreamClosed(): void;
  /** Called once. */
  onClose(error: Error | undefined): void;
}

/** Until a peer has read why its connection ends. */
const FAREWELL_MS = 1_000;

const NOTHING = Buffer.alloc(0);

/** What is sent over a connection of HTTP/2, and its streams. What comes is in `FrameHandler`. */
export class Http2Connection implements StreamCarrier {
  readonly streams = new Map<number, Http2Stream>();
  readonly calm = new Calm();
  readonly decoder = new HpackDecoder(METADATA_BYTES, METADATA_FIELDS);
  readonly encoder = new HpackEncoder();
  readonly listener: ConnectionListener;
  /** What the peer may be sent on all streams together. */
  sendWindow = DEFAULT_WINDOW;
  receiveWindow = CONNECTION_WINDOW_BYTES;
  /** Of the peer's settings. */
  peerInitialWindow = DEFAULT_WINDOW;
  peerMaxStreams = Number.POSITIVE_INFINITY;
  isClosed = false;
  readonly #socket: Duplex;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #handler: FrameHandler;
  /** Streams whose queue waits for the connection, the next one first. */
  readonly #waiting = new Set<Http2Stream>();
  #isPaused = false;
  #error: Error | undefined;

  constructor(socket: Duplex, role: "server" | "client", listener: ConnectionListener) {
    this.#socket = socket;
    this.listener = listener;
    this.#writer = new FrameWriter(socket, () => this.#written());
    this.#handler = new FrameHandler(this, role);
    this.#reader = new FrameReader((type, flags, id, payload) => this.#handler.take(type, flags, id, payload));
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#written());
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.once("end", () => this.destroy());
    socket.once("close", () => this.#closed());
    this.#handler.greet((bytes) => this.#writer.raw(bytes));
  }

  /** Whether the peer is in the middle of something that nothing else may interrupt. */
  get isWithinBlock(): boolean {
    return this.#reader.isWithinFrame || this.#handler.isWithinBlock;
  }

  /** Frames that came whole. */
  get framesReceived(): number {
    return this.#handler.received;
  }

  /** The highest stream that the peer has begun. */
  get lastRequestId(): number {
    return this.#handler.lastId;
  }

  /** A stream of either side; of ours, the caller keeps to `peerMaxStreams`. */
  open(id: number): Http2Stream {
    const stream = new Http2Stream(id, this, this.peerInitialWindow);
    this.streams.set(id, stream);
    return stream;
  }

  writeHeaders(streamId: number, fields: Fields, isEnd: boolean): void {
    const block = this.encoder.encode(fields);
    const end = isEnd ? FLAG.endStream : 0;
    if (block.length <= DEFAULT_FRAME_BYTES) {
      this.#writer.frame(FRAME.headers, end | FLAG.endHeaders, streamId, block);
      return;
    }
    // The encoder's room is used again, and long payloads are not copied.
    const whole = Buffer.from(block);
    for (let at = 0; at < whole.length; at += DEFAULT_FRAME_BYTES) {
      const part = whole.subarray(at, at + DEFAULT_FRAME_BYTES);
      const last = at + part.length === whole.length ? FLAG.endHeaders : 0;
      if (at === 0) this.#writer.frame(FRAME.headers, end | last, streamId, part);
      else this.#writer.frame(FRAME.continuation, last, streamId, part);
    }
  }

  writeReset(streamId: number, code: number): void {
    this.#handler.forgive(streamId);
    this.#writer.number(FRAME.reset, streamId, code);
  }

  writeWindow(streamId: number, bytes: number): void {
    this.#writer.number(FRAME.windowUpdate, streamId, bytes);
  }

  writeControl(type: number, flags: number, payload: Buffer): void {
    this.#writer.frame(type, flags, 0, payload);
  }

  remove(stream: Http2Stream): void {
    this.#waiting.delete(stream);
    if (this.streams.delete(stream.id)) this.listener.onStreamClosed();
  }

  sendNow(stream: Http2Stream, chunk: Buffer, isEnd: boolean): boolean {
    const { length } = chunk;
    if (length > DEFAULT_FRAME_BYTES || length > stream.sendWindow || length > this.sendWindow) return false;
    if (this.#writer.pending >= UNSENT_BYTES) return false;
    if (length > 0 || isEnd) this.#writeData(stream, chunk, isEnd);
    return true;
  }

  pump(stream: Http2Stream): void {
    while (this.#sendOne(stream));
    if (!stream.isClosed && stream.queue.length > 0 && stream.sendWindow > 0) this.#waiting.add(stream);
    else this.#waiting.delete(stream);
  }

  /** Windows or the socket opened: each stream in its turn. */
  pumpAll(): void {
    for (const stream of this.#waiting) {
      if (this.sendWindow <= 0 || this.#writer.pending >= UNSENT_BYTES) return;
      this.#waiting.delete(stream);
      if (this.#sendOne(stream)) this.#waiting.add(stream);
    }
  }

  /** The peer begins no new streams; those that run go on. */
  goaway(lastId: number, code: number, text = ""): void {
    if (this.isClosed) return;
    const payload = Buffer.alloc(8 + text.length);
    payload.writeUInt32BE(lastId, 0);
    payload.writeUInt32BE(code, 4);
    payload.write(text, 8, "latin1");
    this.#writer.frame(FRAME.goaway, 0, 0, payload);
  }

  /** Sends what waits, and ends the connection. */
  end(): void {
    if (this.isClosed) return;
    this.#writer.flush();
    this.#socket.end();
  }

  destroy(error?: Error): void {
    this.#error ??= error;
    this.#reader.stop();
    this.#socket.destroy();
  }

  /** A fault of the peer's. */
  fail(error: unknown): void {
    if (this.isClosed || this.#socket.destroyed) return;
    const { code, message } =
      error instanceof ConnectionError ? error : new ConnectionError(CODE.internal, "the kernel failed");
    this.#error ??= error instanceof Error ? error : new Error(String(error));
    this.#reader.stop();
    this.goaway(this.#handler.lastId, code, message.replace(/[^ -~]/g, "?"));
    this.#writer.flush();
    // What it still sends is read and dropped: else the system resets the connection before the peer has read why.
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
    this.#closed();
  }

  /** Gives one frame of the stream's queue to the socket; whether more might follow. */
  #sendOne(stream: Http2Stream): boolean {
    if (stream.isClosed) return false;
    if (stream.queue.length === 0) {
      if (stream.endsWithData && !stream.isLocalEnded) {
        this.#writeData(stream, NOTHING, true);
      }
      return false;
    }
    const most = Math.min(stream.sendWindow, this.sendWindow, DEFAULT_FRAME_BYTES);
    if (most <= 0 || this.#writer.pending >= UNSENT_BYTES) return false;
    const chunk = stream.queue.shift(most);
    const isDone = stream.queue.length === 0;
    this.#writeData(stream, chunk, isDone && stream.endsWithData);
    if (isDone) stream.flushed();
    return !isDone && stream.sendWindow > 0;
  }

  #writeData(stream: Http2Stream, chunk: Buffer, isEnd: boolean): void {
    stream.sendWindow -= chunk.length;
    this.sendWindow -= chunk.length;
    this.#writer.frame(FRAME.data, isEnd ? FLAG.endStream : 0, stream.id, chunk);
    this.calm.credit(CALM_POINTS_PER_DATA_FRAME);
    stream.sink?.onSent(chunk.length);
    if (isEnd) stream.localEnded();
  }

  #receive(chunk: Buffer): void {
    if (this.isClosed) return;
    try {
      const rest = this.#handler.withoutPreface(chunk);
      if (rest !== undefined) this.#reader.push(rest);
    } catch (error) {
      this.fail(error);
    }
    if (this.#isPaused || this.#writer.pending < UNREAD_ANSWERS_BYTES) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  #written(): void {
    if (this.isClosed) return;
    const { pending } = this.#writer;
    if (pending < UNSENT_BYTES) this.pumpAll();
    if (!this.#isPaused || pending >= UNSENT_BYTES) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#reader.stop();
    const streams = [...this.streams.values()];
    this.streams.clear();
    this.#waiting.clear();
    for (const stream of streams) stream.drop();
    for (const stream of streams) stream.sink?.onLost();
    this.listener.onClose(this.#error);
  }
}
