import { IsolationError } from "../errors/index.js";
import type { Holding } from "./account.js";
import { quiet } from "./quiet.js";
import { STREAM_WINDOW_BYTES, STREAM_WINDOW_ITEMS } from "./stream-export.js";

/** How long an incomplete batch waits for more items before the producer is told of it. */
const DEMAND_DELAY_MS = 1;

/** After so many taken items, or bytes of them, the producer is told. */
const DEMAND_BATCH = STREAM_WINDOW_ITEMS / 4;
const DEMAND_BYTES = STREAM_WINDOW_BYTES / 8;

/** Items that nobody has taken: a producer runs ahead by `STREAM_WINDOW_ITEMS`, and others by half a demand more. */
const WAITING_ITEMS = 2_048;

/** What an item costs beside what it says, in bytes, roughly. */
const ITEM_COST = 64;

/** What a stream needs of its session. */
export interface StreamSource {
  /** What its items cost while they wait to be taken. */
  readonly holding: Holding;
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
  /** What they cost. */
  #costs: number[] = [];
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
    this.dropItems();
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
   * @param cost what it keeps, in bytes, as estimated
   * @throws IsolationError PROTOCOL when nobody asked for so many, or they cost too much
   */
  push(value: unknown, cost: number): void {
    if (this.#closing || this.#over || this.#unanswered > 0) return;
    const consumer = this.#consumers.shift();
    if (consumer !== undefined) {
      this.#countTaken(value);
      consumer.resolve({ done: false, value });
      if (this.#consumers.length > 0) this.#askSoon();
      return;
    }
    const waiting = this.#items.length - this.#head;
    if (waiting >= WAITING_ITEMS) {
      throw new IsolationError(
        "PROTOCOL",
        `the peer sent ${waiting + 1} items that nobody has taken; the bound is ${WAITING_ITEMS}`,
      );
    }
    this.#source.holding.hold(cost + ITEM_COST);
    this.#items.push(value);
    this.#costs.push(cost + ITEM_COST);
  }

  /** The producer has taken what was thrown into it and goes on. */
  resume(): void {
    if (this.#unanswered > 0) this.#unanswered -= 1;
    this.#taken = 0;
  }

  /**
   * No further item comes.
   *
   * @param cost what the failure keeps, in bytes, as estimated
   * @throws IsolationError PROTOCOL when that is too much
   */
  end(failure?: { error: unknown }, cost = 0): void {
    if (this.#over) return;
    // Until the stream is forgotten: it may be told at any time.
    this.#source.holding.hold(cost);
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
    this.#source.holding.release(this.#costs[this.#head] as number);
    this.#head += 1;
    if (this.#head === this.#items.length || this.#head >= STREAM_WINDOW_ITEMS) {
      this.#items = this.#items.slice(this.#head);
      this.#costs = this.#costs.slice(this.#head);
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
    this.dropItems();
    this.#failure = undefined;
    if (this.#over) return Promise.resolve(DONE);
    if (!this.#closing) {
      this.#closing = true;
      this.#source.close(thrown);
    }
    return this.#wait();
  }

  /** Forgets what nobody has taken. */
  dropItems(): void {
    this.#items = [];
    this.#costs = [];
    this.#head = 0;
    this.#source.holding.clear();
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
