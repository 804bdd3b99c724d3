import { CONNECTION_WINDOW_BYTES, COST, STREAMS_AT_ONCE } from "../bounds.js";
import type { Http2Connection } from "./connection.js";
import { ControlFrames } from "./control-frames.js";
import { greeting } from "./greeting.js";
import { type Block, BlockAssembly, hasPseudoFields, isInformational } from "./header-blocks.js";
import { withoutPadding } from "./padding.js";
import { CODE, ConnectionError, FLAG, FRAME, PREFACE, StreamError } from "./protocol.js";
import type { Http2Stream } from "./stream.js";

/** Streams that were reset by us: what is under way for them is no fault. */
const FORGIVEN_AT_MOST = 2 * STREAMS_AT_ONCE;

/** What comes over a connection of HTTP/2, and whether it may (RFC 9113). Throws what ends the connection. */
export class FrameHandler {
  /** The highest stream that the peer has begun. */
  lastId = 0;
  /** Frames that came whole. */
  received = 0;
  readonly #connection: Http2Connection;
  readonly #isServer: boolean;
  readonly #forgiven = new Set<number>();
  readonly #blocks = new BlockAssembly();
  readonly #control: ControlFrames;
  #prefaceLength = 0;
  /** What the peer may yet send on all streams together. */
  #window = CONNECTION_WINDOW_BYTES;

  constructor(connection: Http2Connection, role: "server" | "client") {
    this.#connection = connection;
    this.#isServer = role === "server";
    this.#control = new ControlFrames(connection, this.#isServer);
  }

  get isWithinBlock(): boolean {
    return this.#blocks.isOpen || !this.#control.hasSettings;
  }

  /** What each side says first. */
  greet(write: (bytes: Buffer) => void): void {
    write(greeting(this.#isServer));
  }

  /** What follows on a client's preface; undefined while that has not come. */
  withoutPreface(chunk: Buffer): Buffer | undefined {
    if (!this.#isServer || this.#prefaceLength === PREFACE.length) return chunk;
    const length = Math.min(chunk.length, PREFACE.length - this.#prefaceLength);
    if (PREFACE.compare(chunk, 0, length, this.#prefaceLength, this.#prefaceLength + length) !== 0)
      throw new ConnectionError(CODE.protocol, "this is no HTTP/2: the kernel's front door serves gRPC only");
    this.#prefaceLength += length;
    return length < chunk.length ? chunk.subarray(length) : undefined;
  }

  /** We reset this stream. */
  forgive(streamId: number): void {
    this.#forgiven.add(streamId);
    if (this.#forgiven.size <= FORGIVEN_AT_MOST) return;
    for (const oldest of this.#forgiven) {
      this.#forgiven.delete(oldest);
      return;
    }
  }

  take(type: number, flags: number, id: number, payload: Buffer): void {
    this.received += 1;
    this.#blocks.expect(type, id);
    this.#control.expectSettings(type, flags);
    try {
      if (type === FRAME.data) this.#data(id, flags, payload);
      else if (type === FRAME.headers) this.#blockEnded(this.#blocks.begin(id, flags, payload));
      else if (type === FRAME.continuation) this.#blockEnded(this.#blocks.continue(flags, payload));
      else if (type === FRAME.reset) this.#reset(id, payload);
      else if (type === FRAME.windowUpdate && id !== 0 && this.#isIdle(id)) throw idle("WINDOW_UPDATE", id);
      else this.#control.take(type, flags, id, payload);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#fault(error);
    }
  }

  #data(id: number, flags: number, payload: Buffer): void {
    this.#spendWindow(payload.length);
    const data = withoutPadding(flags, payload, 0);
    const connection = this.#connection;
    const stream = connection.streams.get(id);
    if (stream === undefined) {
      this.#onNoStream(id, "DATA");
      return;
    }
    const isEnd = (flags & FLAG.endStream) !== 0;
    if (stream.isRemoteEnded) throw new StreamError(id, CODE.streamClosed);
    if (!stream.hasHeaders) throw new StreamError(id, CODE.protocol);
    stream.receiveWindow -= payload.length;
    if (stream.receiveWindow < 0) throw new StreamError(id, CODE.flowControl);
    if (data.length === 0 && !isEnd) connection.calm.charge(COST.other);
    stream.expect(data.length, isEnd);
    if (payload.length > data.length) stream.consumed(payload.length - data.length);
    if (isEnd) stream.isRemoteEnded = true;
    stream.sink?.onData(data, isEnd);
    if (isEnd && !stream.isClosed) stream.remoteEnded();
  }

  /** Of the connection. Given back at once: a stream that nobody reads is held by its own window, and holds up no other. */
  #spendWindow(bytes: number): void {
    this.#window -= bytes;
    if (this.#window < 0)
      throw new ConnectionError(CODE.flowControl, "the peer sent more than the connection's window");
    if (this.#window >= CONNECTION_WINDOW_BYTES / 2) return;
    this.#connection.outgoing.writeWindow(0, CONNECTION_WINDOW_BYTES - this.#window);
    this.#window = CONNECTION_WINDOW_BYTES;
  }

  #blockEnded(whole: Block | undefined): void {
    if (whole === undefined) return;
    const { streamId, isEnd, bytes } = whole;
    const connection = this.#connection;
    // Also for streams that are over: the table is that of the connection.
    const block = connection.decoder.decode(bytes);
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      if (this.#isServer && streamId > this.lastId) this.#newRequest(streamId, block, isEnd);
      else this.#onNoStream(streamId, "HEADERS");
      return;
    }
    if (stream.isRemoteEnded) throw new StreamError(streamId, CODE.streamClosed);
    if (block.isTooLarge) throw new StreamError(streamId, CODE.enhanceYourCalm);
    const isTrailers = stream.hasHeaders;
    if (!isTrailers && isInformational(block.fields)) {
      if (isEnd) throw new StreamError(streamId, CODE.protocol);
      connection.calm.charge(COST.refused);
      return;
    }
    if (isTrailers && (!isEnd || hasPseudoFields(block.fields))) throw new StreamError(streamId, CODE.protocol);
    if (isTrailers) stream.expect(0, true);
    stream.hasHeaders = true;
    if (isEnd) stream.isRemoteEnded = true;
    stream.sink?.onHeaders(block.fields, isEnd);
    if (isEnd && !stream.isClosed) stream.remoteEnded();
  }

  #newRequest(id: number, block: ReturnType<Http2Connection["decoder"]["decode"]>, isEnd: boolean): void {
    const connection = this.#connection;
    if (id % 2 === 0) throw new ConnectionError(CODE.protocol, `a client began stream ${id}`);
    this.lastId = id;
    if (connection.streams.size >= STREAMS_AT_ONCE) throw new StreamError(id, CODE.refused);
    const stream = connection.open(id);
    stream.hasHeaders = true;
    stream.isRemoteEnded = isEnd;
    connection.listener.onRequest(stream, block, isEnd);
  }

  #reset(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(CODE.frameSize, "the peer sent RST_STREAM of a wrong length");
    if (this.#isIdle(id)) throw idle("RST_STREAM", id);
    const stream = this.#connection.streams.get(id);
    if (this.#isServer || stream === undefined) this.#connection.calm.charge(COST.reset);
    if (stream === undefined) return;
    this.#close(stream);
    stream.sink?.onReset(payload.readUInt32BE(0));
  }

  #close(stream: Http2Stream): void {
    stream.drop();
    this.#connection.outgoing.remove(stream);
  }

  #isIdle(id: number): boolean {
    if (id === 0) throw new ConnectionError(CODE.protocol, "the peer sent a frame of a stream on stream 0");
    return this.#isServer ? id > this.lastId || id % 2 === 0 : id % 2 === 0;
  }

  #onNoStream(id: number, name: string): void {
    if (this.#isIdle(id)) throw idle(name, id);
    this.#connection.calm.charge(COST.other);
    if (this.#isServer && !this.#forgiven.has(id))
      throw new ConnectionError(CODE.streamClosed, `the peer sent ${name} on stream ${id}, which it had ended`);
  }

  #fault({ streamId, code }: StreamError): void {
    const connection = this.#connection;
    connection.calm.charge(COST.reset);
    connection.outgoing.writeReset(streamId, code);
    const stream = connection.streams.get(streamId);
    if (stream === undefined) return;
    this.#close(stream);
    stream.sink?.onReset(code);
  }
}

function idle(name: string, id: number): ConnectionError {
  return new ConnectionError(CODE.protocol, `the peer sent ${name} on stream ${id}, which is idle`);
}
