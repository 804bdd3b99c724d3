import type { Duplex } from "node:stream";
import { FAREWELL_MS, METADATA_BYTES, METADATA_FIELDS, UNREAD_ANSWERS_BYTES, UNSENT_BYTES } from "../bounds.js";
import type { ByteAccount } from "./byte-queue.js";
import { Calm } from "./calm.js";
import { FrameReader } from "./frame-reader.js";
import { type DecodedBlock, HpackDecoder } from "./hpack-decoder.js";
import { FrameHandler } from "./incoming.js";
import { Outgoing } from "./outgoing.js";
import { CODE, ConnectionError, DEFAULT_WINDOW, FRAME } from "./protocol.js";
import { Http2Stream } from "./stream.js";

export interface ConnectionListener {
  /** The peer's first SETTINGS came. */
  onReady(): void;
  /** A request; `stream.sink` is to be set. Only on the side that serves. */
  onRequest(stream: Http2Stream, block: DecodedBlock, isEnd: boolean): void;
  /** The peer has begun with no stream above `lastId`, and will not. */
  onGoaway(lastId: number): void;
  /** A stream is over. */
  onStreamClosed(): void;
  /** Called once. */
  onClose(error: Error | undefined): void;
}

/** A connection of HTTP/2 in either role, and its streams. */
export class Http2Connection {
  readonly streams = new Map<number, Http2Stream>();
  readonly calm = new Calm();
  readonly decoder = new HpackDecoder(METADATA_BYTES, METADATA_FIELDS);
  readonly outgoing: Outgoing;
  readonly listener: ConnectionListener;
  /** Of the peer's settings. */
  peerInitialWindow = DEFAULT_WINDOW;
  peerMaxStreams = Number.POSITIVE_INFINITY;
  isClosed = false;
  readonly #socket: Duplex;
  readonly #held: ByteAccount;
  readonly #reader: FrameReader;
  readonly #handler: FrameHandler;
  #isPaused = false;
  #error: Error | undefined;

  /** @param held counts what waits for the peer */
  constructor(socket: Duplex, role: "server" | "client", held: ByteAccount, listener: ConnectionListener) {
    this.#held = held;
    this.#socket = socket;
    this.listener = listener;
    this.outgoing = new Outgoing(socket, this.calm, {
      onWritten: () => this.#written(),
      onReset: (streamId) => this.#handler.forgive(streamId),
      onRemove: (stream) => {
        if (this.streams.delete(stream.id)) listener.onStreamClosed();
      },
    });
    this.#handler = new FrameHandler(this, role);
    this.#reader = new FrameReader((type, flags, id, payload) => this.#handler.take(type, flags, id, payload));
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#written());
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.once("end", () => this.destroy());
    socket.once("close", () => this.#closed());
    this.#handler.greet((bytes) => this.outgoing.raw(bytes));
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
    const stream = new Http2Stream(id, this.outgoing, this.peerInitialWindow, this.#held);
    this.streams.set(id, stream);
    return stream;
  }

  /** No stream above `lastId` is begun with; those that run go on. */
  goaway(lastId: number, code: number, text = ""): void {
    if (this.isClosed) return;
    const payload = Buffer.alloc(8 + text.length);
    payload.writeUInt32BE(lastId, 0);
    payload.writeUInt32BE(code, 4);
    payload.write(text, 8, "latin1");
    this.outgoing.writeControl(FRAME.goaway, 0, payload);
  }

  /** Sends what waits, and ends the connection. */
  end(): void {
    if (this.isClosed) return;
    this.outgoing.flush();
    this.#socket.end();
  }

  destroy(): void {
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
    this.outgoing.flush();
    // What it still sends is read and dropped: else the system resets the connection before the peer has read why.
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
    this.#closed();
  }

  #receive(chunk: Buffer): void {
    if (this.isClosed) return;
    try {
      const rest = this.#handler.withoutPreface(chunk);
      if (rest !== undefined) this.#reader.push(rest);
    } catch (error) {
      this.fail(error);
    }
    if (this.#isPaused || this.isClosed || this.outgoing.pending < UNREAD_ANSWERS_BYTES) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  #written(): void {
    if (this.isClosed) return;
    const { pending } = this.outgoing;
    if (pending < UNSENT_BYTES) this.outgoing.pumpAll();
    if (!this.#isPaused || pending >= UNSENT_BYTES) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#reader.stop();
    this.outgoing.close();
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) stream.drop();
    for (const stream of streams) stream.sink?.onLost();
    this.listener.onClose(this.#error);
  }
}
