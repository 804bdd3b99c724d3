import type { Duplex } from "node:stream";
import { FAREWELL_MS, STREAM_IDS_AT_MOST } from "./bounds.js";
import type { HeldBytes } from "./held-bytes.js";
import { Http2Connection } from "./http2/connection.js";
import { CODE } from "./http2/protocol.js";
import type { Http2Stream } from "./http2/stream.js";

/** A request that waits for its turn on a link. */
export interface Waiter {
  /** Now it may be sent: at once, since others wait behind. */
  onTurn(stream: Http2Stream): void;
  /** The link takes nothing more, and has sent nothing of it. */
  onNoTurn(): void;
}

/**
 * One connection to one process. Each client has its own to each isolate that it speaks to: so windows, limits of streams
 * and whatever a client does to them are its own.
 */
export class UpstreamLink {
  readonly connection: Http2Connection;
  readonly #waiters = new Set<Waiter>();
  readonly #onClose: () => void;
  #nextId = 1;
  #isReady = false;
  /** Nothing more is begun on it. */
  #isRetired = false;
  #farewell: NodeJS.Timeout | undefined;

  /** @param held counts what waits for the process */
  constructor(socket: Duplex, held: HeldBytes, onClose: () => void) {
    this.#onClose = onClose;
    this.connection = new Http2Connection(socket, "client", held, {
      onReady: () => {
        this.#isReady = true;
        this.#serve();
      },
      onRequest: (stream) => stream.reset(CODE.protocol),
      onGoaway: (lastId) => this.#goaway(lastId),
      onStreamClosed: () => this.#serve(),
      onClose: () => this.#closed(),
    });
  }

  get isUsable(): boolean {
    return !this.#isRetired && !this.connection.isClosed;
  }

  /** In the order of the requests; what the isolate takes at once is its own bound. */
  open(waiter: Waiter): void {
    if (!this.isUsable) {
      waiter.onNoTurn();
      return;
    }
    this.#waiters.add(waiter);
    this.#serve();
  }

  cancel(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  /** What runs may end; whatever waits goes elsewhere. */
  retire(): void {
    this.#isRetired = true;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.onNoTurn();
    this.#endIfIdle();
  }

  destroy(): void {
    this.connection.destroy();
  }

  #serve(): void {
    if (this.#isReady && !this.#isRetired) {
      const { streams } = this.connection;
      for (const waiter of this.#waiters) {
        if (streams.size >= this.connection.peerMaxStreams) break;
        this.#waiters.delete(waiter);
        const stream = this.connection.open(this.#nextId);
        this.#nextId += 2;
        waiter.onTurn(stream);
        if (this.#nextId > STREAM_IDS_AT_MOST) this.retire();
      }
    }
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (!this.#isRetired || this.connection.streams.size > 0) return;
    this.connection.end();
    // An isolate that does not close its side, and gets another connection for each request, would keep all of them.
    this.#farewell ??= setTimeout(() => this.destroy(), FAREWELL_MS);
  }

  #goaway(lastId: number): void {
    const unprocessed = [...this.connection.streams.values()].filter(({ id }) => id > lastId);
    for (const stream of unprocessed) {
      stream.drop();
      this.connection.streams.delete(stream.id);
    }
    this.retire();
    for (const stream of unprocessed) stream.sink?.onReset(CODE.refused);
  }

  #closed(): void {
    this.#onClose();
    this.retire();
    clearTimeout(this.#farewell);
  }
}
