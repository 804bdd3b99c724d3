import {
  CONNECTION_WINDOW_BYTES,
  COST,
  HEADER_BLOCK_BYTES,
  HEADER_BLOCK_FRAMES,
  METADATA_BYTES,
  STREAM_WINDOW_BYTES,
  STREAMS_AT_ONCE,
} from "../bounds.js";
import type { Http2Connection } from "./connection.js";
import {
  CODE,
  ConnectionError,
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  LARGEST_WINDOW,
  PREFACE,
  SETTING,
} from "./protocol.js";
import type { Http2Stream } from "./stream.js";

/** Streams that were reset by us: what is under way for them is no fault. */
const FORGIVEN_AT_MOST = 2 * STREAMS_AT_ONCE;

interface Block {
  readonly streamId: number;
  readonly isEnd: boolean;
  readonly parts: Buffer[];
  length: number;
}

/** What comes over a connection of HTTP/2, and whether it may (RFC 9113). Throws what ends the connection. */
export class FrameHandler {
  /** The highest stream that the peer has begun. */
  lastId = 0;
  received = 0;
  readonly #connection: Http2Connection;
  readonly #isServer: boolean;
  readonly #forgiven = new Set<number>();
  #prefaceLength = 0;
  #hasSettings = false;
  #block: Block | undefined;

  constructor(connection: Http2Connection, role: "server" | "client") {
    this.#connection = connection;
    this.#isServer = role === "server";
  }

  get isWithinBlock(): boolean {
    return this.#block !== undefined || !this.#hasSettings;
  }

  /** What each side says first. */
  greet(write: (bytes: Buffer) => void): void {
    const settings: [number, number][] = [
      [SETTING.initialWindowSize, STREAM_WINDOW_BYTES],
      [SETTING.maxHeaderListSize, METADATA_BYTES],
      this.#isServer ? [SETTING.maxConcurrentStreams, STREAMS_AT_ONCE] : [SETTING.enablePush, 0],
    ];
    const frame = Buffer.alloc(FRAME_HEADER_BYTES + 6 * settings.length);
    frame.writeUIntBE(6 * settings.length, 0, 3);
    frame[3] = FRAME.settings;
    settings.forEach(([id, value], index) => {
      const at = frame.writeUInt16BE(id, FRAME_HEADER_BYTES + 6 * index);
      frame.writeUInt32BE(value, at);
    });
    const window = Buffer.from([0, 0, 4, FRAME.windowUpdate, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    window.writeUInt32BE(CONNECTION_WINDOW_BYTES - DEFAULT_WINDOW, FRAME_HEADER_BYTES);
    write(this.#isServer ? Buffer.concat([frame, window]) : Buffer.concat([PREFACE, frame, window]));
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
    if (this.#block !== undefined && (type !== FRAME.continuation || id !== this.#block.streamId))
      throw new ConnectionError(CODE.protocol, "the peer sent a frame within a block of fields");
    if (!this.#hasSettings && (type !== FRAME.settings || (flags & FLAG.ack) !== 0))
      throw new ConnectionError(CODE.protocol, "the peer's first frame is not SETTINGS");
    switch (type) {
      case FRAME.data:
        return this.#data(this.#streamFrame(id, "DATA"), flags, payload);
      case FRAME.headers:
        return this.#headers(this.#streamFrame(id, "HEADERS"), flags, payload);
      case FRAME.continuation:
        return this.#continuation(flags, payload);
      case FRAME.reset:
        return this.#reset(this.#streamFrame(id, "RST_STREAM"), payload);
      case FRAME.windowUpdate:
        return this.#windowUpdate(id, payload);
      case FRAME.settings:
        return this.#settings(id, flags, payload);
      case FRAME.ping:
        return this.#ping(id, flags, payload);
      case FRAME.goaway:
        return this.#goaway(id, payload);
      case FRAME.priority:
        return this.#priority(this.#streamFrame(id, "PRIORITY"), payload);
      case FRAME.pushPromise:
        throw new ConnectionError(CODE.protocol, "the peer sent PUSH_PROMISE");
      default:
        this.#connection.calm.charge(COST.other);
    }
  }

  #streamFrame(id: number, name: string): number {
    if (id === 0) throw new ConnectionError(CODE.protocol, `the peer sent ${name} on stream 0`);
    return id;
  }

  #data(id: number, flags: number, payload: Buffer): void {
    const connection = this.#connection;
    connection.receiveWindow -= payload.length;
    if (connection.receiveWindow < 0)
      throw new ConnectionError(CODE.flowControl, "the peer sent more than the connection's window");
    // At once: a stream that nobody reads is held by its own window, and holds up no other one.
    if (connection.receiveWindow < CONNECTION_WINDOW_BYTES / 2) {
      connection.writeWindow(0, CONNECTION_WINDOW_BYTES - connection.receiveWindow);
      connection.receiveWindow = CONNECTION_WINDOW_BYTES;
    }
    const data = withoutPadding(flags, payload, 0);
    const stream = connection.streams.get(id);
    if (stream === undefined) return this.#onNoStream(id, "DATA");
    if (stream.isRemoteEnded) return this.#resetStream(stream, CODE.streamClosed);
    if (!this.#isServer && !stream.hasHeaders) return this.#resetStream(stream, CODE.protocol);
    stream.receiveWindow -= payload.length;
    if (stream.receiveWindow < 0) return this.#resetStream(stream, CODE.flowControl);
    const isEnd = (flags & FLAG.endStream) !== 0;
    if (data.length === 0 && !isEnd) connection.calm.charge(COST.other);
    if (stream.expectedBytes !== undefined) {
      stream.expectedBytes -= data.length;
      if (stream.expectedBytes < 0 || (isEnd && stream.expectedBytes !== 0))
        return this.#resetStream(stream, CODE.protocol);
    }
    if (payload.length > data.length) stream.consumed(payload.length - data.length);
    if (isEnd) stream.isRemoteEnded = true;
    stream.sink?.onData(data, isEnd);
    if (isEnd && !stream.isClosed) stream.remoteEnded();
  }

  #headers(id: number, flags: number, payload: Buffer): void {
    let skipped = 0;
    if ((flags & FLAG.priority) !== 0) {
      const at = (flags & FLAG.padded) === 0 ? 0 : 1;
      if (payload.length < at + 5) throw new ConnectionError(CODE.frameSize, "the peer sent a HEADERS frame too short");
      if ((payload.readUInt32BE(at) & 0x7fffffff) === id)
        throw new ConnectionError(CODE.protocol, "the peer made a stream depend on itself");
      skipped = 5;
    }
    const part = withoutPadding(flags, payload, skipped);
    const block: Block = { streamId: id, isEnd: (flags & FLAG.endStream) !== 0, parts: [part], length: part.length };
    if ((flags & FLAG.endHeaders) !== 0) this.#blockEnded(block, part);
    else this.#block = block;
  }

  #continuation(flags: number, payload: Buffer): void {
    const block = this.#block;
    if (block === undefined) throw new ConnectionError(CODE.protocol, "the peer sent CONTINUATION after no HEADERS");
    block.parts.push(payload);
    block.length += payload.length;
    if (block.length > HEADER_BLOCK_BYTES || block.parts.length > HEADER_BLOCK_FRAMES)
      throw new ConnectionError(
        CODE.enhanceYourCalm,
        `the peer sent a block of fields of ${block.length} bytes in ${block.parts.length} frames; ` +
          `${HEADER_BLOCK_BYTES} in ${HEADER_BLOCK_FRAMES} are the most`,
      );
    if ((flags & FLAG.endHeaders) === 0) return;
    this.#block = undefined;
    this.#blockEnded(block, Buffer.concat(block.parts));
  }

  #blockEnded({ streamId, isEnd }: Block, bytes: Buffer): void {
    const connection = this.#connection;
    // Also for streams that are over: the table is that of the connection.
    const block = connection.decoder.decode(bytes);
    const stream = connection.streams.get(streamId);
    if (stream === undefined) {
      if (!this.#isServer || streamId <= this.lastId) return this.#onNoStream(streamId, "HEADERS");
      return this.#newRequest(streamId, block, isEnd);
    }
    if (stream.isRemoteEnded) return this.#resetStream(stream, CODE.streamClosed);
    if (block.isTooLarge) return this.#resetStream(stream, CODE.enhanceYourCalm);
    const isTrailers = this.#isServer || stream.hasHeaders;
    const isInformational = !isTrailers && isInformationalStatus(block.fields);
    if (isInformational) {
      if (isEnd) return this.#resetStream(stream, CODE.protocol);
      connection.calm.charge(COST.refused);
      return;
    }
    if (isTrailers && (!isEnd || block.fields.some((name, at) => at % 2 === 0 && name.startsWith(":"))))
      return this.#resetStream(stream, CODE.protocol);
    if (isTrailers && stream.expectedBytes !== undefined && stream.expectedBytes !== 0)
      return this.#resetStream(stream, CODE.protocol);
    stream.hasHeaders = true;
    if (isEnd) stream.isRemoteEnded = true;
    stream.sink?.onHeaders(block.fields, isEnd);
    if (isEnd && !stream.isClosed) stream.remoteEnded();
  }

  #newRequest(id: number, block: ReturnType<Http2Connection["decoder"]["decode"]>, isEnd: boolean): void {
    const connection = this.#connection;
    if (id % 2 === 0) throw new ConnectionError(CODE.protocol, `a client began stream ${id}`);
    this.lastId = id;
    if (connection.streams.size >= STREAMS_AT_ONCE) {
      connection.calm.charge(COST.refused);
      connection.writeReset(id, CODE.refused);
      return;
    }
    const stream = connection.add(id);
    stream.hasHeaders = true;
    stream.isRemoteEnded = isEnd;
    connection.listener.onRequest(stream, block, isEnd);
  }

  #reset(id: number, payload: Buffer): void {
    expectLength("RST_STREAM", payload, 4);
    if (this.#isIdle(id)) throw new ConnectionError(CODE.protocol, `the peer reset stream ${id}, which is idle`);
    const stream = this.#connection.streams.get(id);
    if (this.#isServer || stream === undefined) this.#connection.calm.charge(COST.reset);
    if (stream === undefined) return;
    const code = payload.readUInt32BE(0);
    stream.drop();
    this.#connection.remove(stream);
    stream.sink?.onReset(code);
  }

  #windowUpdate(id: number, payload: Buffer): void {
    expectLength("WINDOW_UPDATE", payload, 4);
    const connection = this.#connection;
    connection.calm.charge(COST.other);
    const more = payload.readUInt32BE(0) & 0x7fffffff;
    if (id === 0) {
      if (more === 0) throw new ConnectionError(CODE.protocol, "the peer opened the connection's window by 0");
      connection.sendWindow += more;
      if (connection.sendWindow > LARGEST_WINDOW)
        throw new ConnectionError(CODE.flowControl, "the peer opened the connection's window too far");
      connection.pumpAll();
      return;
    }
    if (this.#isIdle(id)) throw new ConnectionError(CODE.protocol, `the peer opened the window of idle stream ${id}`);
    const stream = connection.streams.get(id);
    if (stream === undefined) return;
    stream.sendWindow += more;
    if (more === 0) this.#resetStream(stream, CODE.protocol);
    else if (stream.sendWindow > LARGEST_WINDOW) this.#resetStream(stream, CODE.flowControl);
    else connection.pump(stream);
  }

  #settings(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocol, `the peer sent SETTINGS on stream ${id}`);
    if ((flags & FLAG.ack) !== 0) {
      expectLength("the answer to SETTINGS", payload, 0);
      this.#connection.calm.charge(COST.other);
      return;
    }
    if (payload.length % 6 !== 0) throw new ConnectionError(CODE.frameSize, "the peer sent SETTINGS of a wrong length");
    this.#connection.calm.charge(COST.settings + payload.length / 6 + this.#connection.streams.size);
    for (let at = 0; at < payload.length; at += 6)
      this.#setting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    this.#connection.writeControl(FRAME.settings, FLAG.ack, payload.subarray(0, 0));
    const isFirst = !this.#hasSettings;
    this.#hasSettings = true;
    if (isFirst) this.#connection.listener.onReady();
  }

  #setting(id: number, value: number): void {
    const connection = this.#connection;
    if (id === SETTING.headerTableSize) connection.encoder.peerTableBytes = value;
    else if (id === SETTING.maxConcurrentStreams) connection.peerMaxStreams = value;
    else if (id === SETTING.maxHeaderListSize) connection.peerMaxMetadata = value;
    else if (id === SETTING.enablePush) {
      if (value > 1 || (!this.#isServer && value === 1))
        throw new ConnectionError(CODE.protocol, `the peer sent ENABLE_PUSH ${value}`);
    } else if (id === SETTING.maxFrameSize) {
      if (value < DEFAULT_FRAME_BYTES || value > 0xffffff)
        throw new ConnectionError(CODE.protocol, `the peer sent MAX_FRAME_SIZE ${value}`);
    } else if (id === SETTING.initialWindowSize) this.#initialWindow(value);
  }

  #initialWindow(value: number): void {
    const connection = this.#connection;
    if (value > LARGEST_WINDOW)
      throw new ConnectionError(CODE.flowControl, `the peer sent INITIAL_WINDOW_SIZE ${value}`);
    const more = value - connection.peerInitialWindow;
    connection.peerInitialWindow = value;
    for (const stream of connection.streams.values()) {
      stream.sendWindow += more;
      if (stream.sendWindow > LARGEST_WINDOW)
        throw new ConnectionError(CODE.flowControl, "the peer opened the window of a stream too far");
    }
    if (more > 0) for (const stream of [...connection.streams.values()]) connection.pump(stream);
  }

  #ping(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocol, `the peer sent PING on stream ${id}`);
    expectLength("PING", payload, 8);
    this.#connection.calm.charge(COST.ping);
    if ((flags & FLAG.ack) === 0) this.#connection.writeControl(FRAME.ping, FLAG.ack, payload);
  }

  #goaway(id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocol, `the peer sent GOAWAY on stream ${id}`);
    if (payload.length < 8) throw new ConnectionError(CODE.frameSize, "the peer sent GOAWAY of a wrong length");
    this.#connection.calm.charge(COST.settings);
    this.#connection.listener.onGoaway(payload.readUInt32BE(0) & 0x7fffffff);
  }

  #priority(id: number, payload: Buffer): void {
    this.#connection.calm.charge(COST.other);
    const stream = this.#connection.streams.get(id);
    if (payload.length !== 5) {
      if (stream === undefined) this.#connection.writeReset(id, CODE.frameSize);
      else this.#resetStream(stream, CODE.frameSize);
      return;
    }
    if ((payload.readUInt32BE(0) & 0x7fffffff) !== id) return;
    if (stream === undefined) this.#connection.writeReset(id, CODE.protocol);
    else this.#resetStream(stream, CODE.protocol);
  }

  #isIdle(id: number): boolean {
    if (!this.#isServer) return id % 2 === 0;
    return id > this.lastId || id % 2 === 0;
  }

  #onNoStream(id: number, name: string): void {
    if (this.#isIdle(id)) throw new ConnectionError(CODE.protocol, `the peer sent ${name} on stream ${id}, which is idle`);
    this.#connection.calm.charge(COST.other);
    if (this.#forgiven.has(id)) return;
    if (this.#isServer)
      throw new ConnectionError(CODE.streamClosed, `the peer sent ${name} on stream ${id}, which it had ended`);
  }

  #resetStream(stream: Http2Stream, code: number): void {
    this.#connection.calm.charge(COST.reset);
    stream.reset(code);
    stream.sink?.onReset(code);
  }
}

function withoutPadding(flags: number, payload: Buffer, skipped: number): Buffer {
  if ((flags & FLAG.padded) === 0) return skipped === 0 ? payload : payload.subarray(skipped);
  const padding = payload[0];
  if (padding === undefined || 1 + skipped + padding > payload.length)
    throw new ConnectionError(CODE.protocol, "the peer sent more padding than its frame holds");
  return payload.subarray(1 + skipped, payload.length - padding);
}

function expectLength(name: string, payload: Buffer, length: number): void {
  if (payload.length !== length)
    throw new ConnectionError(CODE.frameSize, `the peer sent ${name} of ${payload.length} bytes; it has ${length}`);
}

function isInformationalStatus(fields: readonly string[]): boolean {
  for (let at = 0; at < fields.length; at += 2)
    if (fields[at] === ":status") return /^1\d\d$/.test(fields[at + 1] as string);
  return false;
}
