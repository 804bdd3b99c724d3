import type { Socket } from "node:net";
import { IsolationError } from "../errors/index.js";

/** How often a connection is looked at, in milliseconds. */
const CHECK_MS = 250;

/**
 * What a connection may say beside messages that have been read: so much at once, and so much in each second, in bytes.
 * Messages that wait for a reader, at most a window of them, are in it.
 */
const FREE_BYTES = 5 * 1024 * 1024;
const FREE_BYTES_PER_SECOND = 32 * 1024;

/** The frames around messages, which may be short, take so many bytes for each of theirs. */
const BYTES_PER_BYTE = 4;

/**
 * Watches what a peer sends beside messages. Pings, settings and empty frames are answered or left out by Node.js without
 * a word, at the speed at which they come, and so for all of the host's time.
 */
export class Http2Overhead {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #messageBytes = 0;

  /** @param onBreach called once */
  constructor(socket: Socket, onBreach: (error: IsolationError) => void) {
    this.#socket = socket;
    this.#timer = setInterval(() => {
      const error = this.#check();
      if (error === undefined) return;
      this.stop();
      onBreach(error);
    }, CHECK_MS);
    this.#timer.unref();
  }

  /** Bytes of messages came. */
  received(bytes: number): void {
    this.#messageBytes += bytes;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): IsolationError | undefined {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const most = FREE_BYTES + FREE_BYTES_PER_SECOND * seconds + (1 + BYTES_PER_BYTE) * this.#messageBytes;
    if (this.#socket.bytesRead <= most) return undefined;
    return new IsolationError(
      "PROTOCOL",
      `the peer sent ${this.#socket.bytesRead} bytes of HTTP/2 with ${this.#messageBytes} bytes of messages in them; ` +
        `${Math.round(most)} would be the most`,
    );
  }
}
