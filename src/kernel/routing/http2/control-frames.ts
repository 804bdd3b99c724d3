import { COST } from "../bounds.js";
import type { Http2Connection } from "./connection.js";
import {
  CODE,
  ConnectionError,
  DEFAULT_FRAME_BYTES,
  FLAG,
  FRAME,
  LARGEST_WINDOW,
  SETTING,
  StreamError,
} from "./protocol.js";

/** Frames about the connection and its windows, which nobody behind it sees: each has its price (`COST`). */
export class ControlFrames {
  hasSettings = false;
  readonly #connection: Http2Connection;
  readonly #isServer: boolean;

  constructor(connection: Http2Connection, isServer: boolean) {
    this.#connection = connection;
    this.#isServer = isServer;
  }

  /** A peer begins with its settings. */
  expectSettings(type: number, flags: number): void {
    if (!this.hasSettings && (type !== FRAME.settings || (flags & FLAG.ack) !== 0))
      throw new ConnectionError(CODE.protocol, "the peer's first frame is not SETTINGS");
  }

  take(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === FRAME.windowUpdate) this.#windowUpdate(id, payload);
    else if (type === FRAME.settings) this.#settings(id, flags, payload);
    else if (type === FRAME.ping) this.#ping(id, flags, payload);
    else if (type === FRAME.goaway) this.#goaway(id, payload);
    else if (type === FRAME.priority) this.#priority(id, payload);
    else if (type === FRAME.pushPromise) throw new ConnectionError(CODE.protocol, "the peer sent PUSH_PROMISE");
    else this.#connection.calm.charge(COST.other);
  }

  #windowUpdate(id: number, payload: Buffer): void {
    expectLength("WINDOW_UPDATE", payload, 4);
    const connection = this.#connection;
    connection.calm.charge(COST.other);
    const more = payload.readUInt32BE(0) & 0x7fffffff;
    if (id === 0) {
      if (more === 0) throw new ConnectionError(CODE.protocol, "the peer opened the connection's window by 0");
      connection.outgoing.window += more;
      if (connection.outgoing.window > LARGEST_WINDOW)
        throw new ConnectionError(CODE.flowControl, "the peer opened the connection's window too far");
      connection.outgoing.pumpAll();
      return;
    }
    const stream = connection.streams.get(id);
    if (stream === undefined) return;
    if (more === 0) throw new StreamError(id, CODE.protocol);
    stream.sendWindow += more;
    if (stream.sendWindow > LARGEST_WINDOW) throw new StreamError(id, CODE.flowControl);
    connection.outgoing.pump(stream);
  }

  #settings(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocol, `the peer sent SETTINGS on stream ${id}`);
    const connection = this.#connection;
    if ((flags & FLAG.ack) !== 0) {
      expectLength("the answer to SETTINGS", payload, 0);
      connection.calm.charge(COST.other);
      return;
    }
    if (payload.length % 6 !== 0) throw new ConnectionError(CODE.frameSize, "the peer sent SETTINGS of a wrong length");
    connection.calm.charge(COST.settings + payload.length / 6 + connection.streams.size);
    // First, since what new windows let through follows on it.
    connection.outgoing.writeControl(FRAME.settings, FLAG.ack, payload.subarray(0, 0));
    for (let at = 0; at < payload.length; at += 6)
      this.#setting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    const isFirst = !this.hasSettings;
    this.hasSettings = true;
    if (isFirst) connection.listener.onReady();
  }

  #setting(id: number, value: number): void {
    const connection = this.#connection;
    if (id === SETTING.headerTableSize) connection.outgoing.encoder.peerTableBytes = value;
    else if (id === SETTING.maxConcurrentStreams) connection.peerMaxStreams = value;
    else if (id === SETTING.initialWindowSize) this.#initialWindow(value);
    else if (id === SETTING.enablePush && (value > 1 || (!this.#isServer && value === 1)))
      throw new ConnectionError(CODE.protocol, `the peer sent ENABLE_PUSH ${value}`);
    else if (id === SETTING.maxFrameSize && (value < DEFAULT_FRAME_BYTES || value > 0xffffff))
      throw new ConnectionError(CODE.protocol, `the peer sent MAX_FRAME_SIZE ${value}`);
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
    if (more > 0) for (const stream of [...connection.streams.values()]) connection.outgoing.pump(stream);
  }

  #ping(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocol, `the peer sent PING on stream ${id}`);
    expectLength("PING", payload, 8);
    this.#connection.calm.charge(COST.ping);
    if ((flags & FLAG.ack) === 0) this.#connection.outgoing.writeControl(FRAME.ping, FLAG.ack, payload);
  }

  #goaway(id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocol, `the peer sent GOAWAY on stream ${id}`);
    if (payload.length < 8) throw new ConnectionError(CODE.frameSize, "the peer sent GOAWAY of a wrong length");
    this.#connection.calm.charge(COST.settings);
    this.#connection.listener.onGoaway(payload.readUInt32BE(0) & 0x7fffffff);
  }

  #priority(id: number, payload: Buffer): void {
    if (id === 0) throw new ConnectionError(CODE.protocol, "the peer sent PRIORITY on stream 0");
    this.#connection.calm.charge(COST.other);
    if (payload.length !== 5) throw new StreamError(id, CODE.frameSize);
    if ((payload.readUInt32BE(0) & 0x7fffffff) === id) throw new StreamError(id, CODE.protocol);
  }
}

function expectLength(name: string, payload: Buffer, length: number): void {
  if (payload.length !== length)
    throw new ConnectionError(CODE.frameSize, `the peer sent ${name} of ${payload.length} bytes; it has ${length}`);
}
