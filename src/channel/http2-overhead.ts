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
  #checkedAt = performance.now();
  #bytesRead = 0;
  #messageBytes = 0;
  #excess = 0;

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
    const now = performance.now();
    const free = (FREE_BYTES_PER_SECOND * (now - this.#checkedAt)) / 1_000;
    const bytes = this.#socket.bytesRead - this.#bytesRead;
    // What was not used is lost: a peer could save it for a flood while nobody reads.
    this.#excess = Math.max(0, this.#excess + bytes - free - (1 + BYTES_PER_BYTE) * this.#messageBytes);
    this.#checkedAt = now;
    this.#bytesRead += bytes;
    this.#messageBytes = 0;
    if (this.#excess <= FREE_BYTES) return undefined;
    return new IsolationError(
      "PROTOCOL",
      `the peer sent ${Math.round(this.#excess)} bytes of HTTP/2 more than its messages need; ${FREE_BYTES} would be the most`,
    );
  }
}
