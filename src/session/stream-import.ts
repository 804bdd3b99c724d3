import { IsolationError } from "../errors/index.js";
import { BOUNDS } from "./bounds.js";
import { quiet } from "./quiet.js";
import { STREAM_WINDOW_BYTES, STREAM_WINDOW_ITEMS } from "./stream-export.js";

/** How long an incomplete batch waits for more items before the producer is told of it. */
const DEMAND_DELAY_MS = 1;

/** After so many taken items, or bytes of them, the producer is told. */
const DEMAND_BATCH = STREAM_WINDOW_ITEMS / 4;
const DEMAND_BYTES = STREAM_WINDOW_BYTES / 8;

/** What a stream needs of its session. */
export interface StreamSource {
  demand(items: number): void;
  close(thrown?: { error: unknown }): void;
  /** Called with the wait of a consumer, which must keep the process alive. */
  hold<T>(wait: Promise<T>): Promise<T>;
}

interface Consumer {
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorResult<unknown, undefined> = Object.freeze({ done: true, value: undefined });

/** The consuming end of a stream: an async generator whose items come from the other process. */
export class StreamImport implements AsyncGenerator<unknown, undefined, undefined> {
  readonly #source: StreamSource;
  #items: unknown[] = [];
  /** Their bytes, roughly, and the sum of those from `#head` on. */
  #weights: number[] = [];
  #waitingBytes = 0;
  /** Where in `#items` the next one is: `shift` of a long array would copy it. */
  #head = 0;
  #consumers: Consumer[] = [];
  #taken = 0;
  #takenBytes = 0;
  #started = false;
  #over = false;
  #closing = false;
  /** How often somebody threw into the producer without having heard of it since: what comes until then is void. */
  #unanswered = 0;
  #isTelling = false;
  #later: NodeJS.Timeout | undefined;
  #failure: { error: unknown } | undefined;

  constructor(source: StreamSource) {
    this.#source = source;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#head < this.#items.length) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#over || this.#closing) return this.#ending();
    this.#askForMore();
    return this.#wait();
  }

  /** Stops the producer; resolves when its `finally` blocks have run, or will once what it waits for comes. */
  return(): Promise<IteratorResult<unknown, undefined>> {
    return this.#close(undefined);
  }

  /** Stops the producer, which hears the reason if it is a web stream. */
  cancel(reason: unknown): Promise<IteratorResult<unknown, undefined>> {
    return this.#close({ error: reason });
  }

  /** Throws into the producer, which may go on or end. What was on its way before is dropped. */
  throw(error: unknown): Promise<IteratorResult<unknown, undefined>> {
    if (this.#over || this.#closing) return quiet(Promise.reject(error));
    this.#drop();
    this.#unanswered += 1;
    this.#source.close({ error });
    return this.#wait();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return quiet(this.return().then(() => {}));
  }

  /**
   * An item came.
   *
   * @param frameBytes what it took in its frame, roughly
   * @throws IsolationError PROTOCOL when nobody asked for so many
   */
  push(value: unknown, frameBytes: number): void {
    if (this.#closing || this.#over || this.#unanswered > 0) return;
    const consumer = this.#consumers.shift();
    if (consumer !== undefined) {
      this.#countTaken(value);
      consumer.resolve({ done: false, value });
      if (this.#consumers.length > 0) this.#askSoon();
      return;
    }
    const waiting = this.#items.length - this.#head;
    // Without this one: whoever keeps to the window may end it with an item of any size.
    if (waiting >= BOUNDS.waitingItems || (waiting > 2 && this.#waitingBytes > BOUNDS.waitingItemBytes)) {
      const { waitingItems, waitingItemBytes } = BOUNDS;
      throw new IsolationError(
        "PROTOCOL",
        `the peer sent ${waiting + 1} items of about ${Math.round(this.#waitingBytes)} bytes that nobody has taken; ` +
          `the bounds are ${waitingItems} and ${waitingItemBytes}`,
      );
    }
    const weight = frameBytes + bytesOf(value);
    this.#waitingBytes += weight;
    this.#items.push(value);
    this.#weights.push(weight);
  }

  /** The producer has taken what was thrown into it and goes on. */
  resume(): void {
    if (this.#unanswered > 0) this.#unanswered -= 1;
    this.#taken = 0;
  }

  /** No further item comes. */
  end(failure?: { error: unknown }): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#later);
    this.#failure = failure;
    for (const { resolve, reject } of this.#consumers.splice(0)) {
      if (this.#failure === undefined) resolve(DONE);
      else {
        reject(this.#failure.error);
        this.#failure = undefined;
      }
    }
  }

  #wait(): Promise<IteratorResult<unknown, undefined>> {
    // Whoever reads ahead, or leaves a stream without waiting, may have dropped it when the session ends.
    return quiet(this.#source.hold(new Promise((resolve, reject) => this.#consumers.push({ resolve, reject }))));
  }

  #take(): unknown {
    const value = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#waitingBytes -= this.#weights[this.#head] as number;
    this.#head += 1;
    if (this.#head === this.#items.length || this.#head >= STREAM_WINDOW_ITEMS) {
      this.#items = this.#items.slice(this.#head);
      this.#weights = this.#weights.slice(this.#head);
      this.#head = 0;
    }
    this.#countTaken(value);
    return value;
  }

  #countTaken(value: unknown): void {
    this.#taken += 1;
    this.#takenBytes += bytesOf(value);
    if (this.#taken >= DEMAND_BATCH || this.#takenBytes >= DEMAND_BYTES) this.#tellDemand();
  }

  #askForMore(): void {
    if (!this.#started) {
      this.#started = true;
      this.#tellDemand();
    } else if (this.#taken > 0) this.#askLater();
  }

  /**
   * The producer may have come to the end of its window with less than a batch, when the items are large; or the next item
   * is on its way, and telling of each one would cost more than the item itself.
   */
  #askLater(): void {
    if (this.#later !== undefined) return;
    this.#later = setTimeout(() => {
      this.#later = undefined;
      if (this.#consumers.length > 0 && this.#taken > 0) this.#tellDemand();
    }, DEMAND_DELAY_MS);
  }

  #tellDemand(): void {
    if (!this.#over && !this.#closing) this.#source.demand(this.#taken);
    this.#taken = 0;
    this.#takenBytes = 0;
  }

  #close(thrown: { error: unknown } | undefined): Promise<IteratorResult<unknown, undefined>> {
    this.#drop();
    this.#failure = undefined;
    if (this.#over) return Promise.resolve(DONE);
    if (!this.#closing) {
      this.#closing = true;
      this.#source.close(thrown);
    }
    return this.#wait();
  }

  #drop(): void {
    this.#items = [];
    this.#weights = [];
    this.#waitingBytes = 0;
    this.#head = 0;
  }

  /** More than one consumer waits: the producer must hear of what was taken even before a whole batch was. */
  #askSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (this.#consumers.length > 0 && this.#taken > 0) this.#tellDemand();
    });
  }

  /** The failure is told once; after it the stream is simply over. */
  #ending(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.#over) return this.#wait();
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? Promise.resolve(DONE) : quiet(Promise.reject(failure.error));
  }
}

/** Of what makes an item large, nearly always. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}
