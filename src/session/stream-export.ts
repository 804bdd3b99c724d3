import type { AsyncContext } from "./async-context.js";

/** Items that may be on their way, or wait for the consumer, at once. */
export const STREAM_WINDOW_ITEMS = 1_024;

/** Their bytes, roughly. */
export const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;

/** So many may always be under way, however large: one that is being read, while the next one is made. */
const STREAM_WINDOW_AT_LEAST = 2;

/** Bytes of all streams of a session that are on their way, roughly: with more, each has one item under way. */
const ALL_WINDOWS_BYTES = 32 * 1024 * 1024;

/** What all streams of a session have under way together. */
export class StreamWindow {
  bytes = 0;
}

/** What a stream needs of its session. */
export interface StreamSink {
  /** Sends one item; says roughly how many bytes it takes. Waits where the item has to go in parts. */
  item(value: unknown): number | Promise<number>;
  end(error?: unknown): void;
  /** What was sent before is void: the stream was thrown into, and goes on. */
  resume(): void;
}

/**
 * The producing end of a stream: runs an async iterator as fast as the consumer takes the items, and a window ahead of
 * it. Does nothing before the first demand, as a generator does nothing before the first `next()`.
 */
export class StreamExport {
  readonly #iterable: AsyncIterable<unknown>;
  readonly #sink: StreamSink;
  readonly #window: StreamWindow;
  readonly #context: AsyncContext;
  #iterator: AsyncIterator<unknown> | undefined;
  #outstanding: number[] = [];
  #outstandingBytes = 0;
  #running = false;
  /** Whether the iterator has been asked for an item and has not answered. */
  #pulling = false;
  #over = false;

  /** @param context where the iterator runs */
  constructor(iterable: AsyncIterable<unknown>, sink: StreamSink, window: StreamWindow, context: AsyncContext) {
    this.#iterable = iterable;
    this.#sink = sink;
    this.#window = window;
    this.#context = context;
  }

  /** The consumer has taken so many items. */
  demand(items: number): void {
    for (const bytes of this.#outstanding.splice(0, items)) this.#takeOff(bytes);
    if (!this.#running) void this.#context(() => this.#run());
  }

  /**
   * The consumer wants no more: the generator runs its `finally` blocks, or will once what it waits for comes.
   *
   * @param thrown what the consumer threw into the stream, which may go on then
   * @param reason why it ends, where nothing was thrown: what `return` of the iterator is given
   */
  close(thrown?: { error: unknown }, reason?: unknown): Promise<void> {
    return this.#over ? Promise.resolve() : this.#context(() => this.#close(thrown, reason));
  }

  /** The session is lost: an iterable that nobody has begun stays whole, for a call that is sent again. */
  abandon(reason: unknown): void {
    if (this.#iterator === undefined) this.#finish();
    else void this.close(undefined, reason);
  }

  async #close(thrown: { error: unknown } | undefined, reason: unknown): Promise<void> {
    if (thrown === undefined) this.#finish();
    try {
      this.#iterator ??= open(this.#iterable);
      if (thrown !== undefined) await this.#throwInto(this.#iterator, thrown.error);
      else {
        const returned = this.#iterator.return?.(reason);
        // The read-ahead may wait for something that comes late or never; the consumer does not have to.
        if (this.#pulling) void Promise.resolve(returned).catch(() => {});
        else await returned;
        this.#sink.end();
      }
    } catch (error) {
      if (thrown === undefined) this.#sink.end(error);
      else this.#end({ error });
    }
  }

  async #throwInto(iterator: AsyncIterator<unknown>, error: unknown): Promise<void> {
    if (iterator.throw === undefined) throw error;
    const { done, value } = checked(await iterator.throw(error));
    if (this.#over) return;
    if (done) {
      this.#end();
      return;
    }
    this.#takeOffAll();
    this.#sink.resume();
    await this.#send(value);
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      this.#iterator ??= open(this.#iterable);
      while (!this.#over && this.#hasRoom()) {
        this.#pulling = true;
        const { done, value } = checked(await this.#iterator.next());
        this.#pulling = false;
        if (this.#over) break;
        if (done) this.#end();
        else {
          const sent = this.#send(value);
          if (sent !== undefined) await sent;
        }
      }
    } catch (error) {
      this.#end({ error });
    } finally {
      this.#pulling = false;
      this.#running = false;
    }
  }

  #hasRoom(): boolean {
    const { length } = this.#outstanding;
    if (this.#window.bytes >= ALL_WINDOWS_BYTES) return length === 0;
    if (length < STREAM_WINDOW_AT_LEAST) return true;
    return length < STREAM_WINDOW_ITEMS && this.#outstandingBytes < STREAM_WINDOW_BYTES;
  }

  #send(value: unknown): Promise<void> | undefined {
    const bytes = this.#sink.item(value);
    if (typeof bytes !== "number") return bytes.then((count) => this.#count(count));
    this.#count(bytes);
    return undefined;
  }

  #count(bytes: number): void {
    // Over meanwhile: nobody will say that it was taken.
    if (this.#over) return;
    this.#outstanding.push(bytes);
    this.#outstandingBytes += bytes;
    this.#window.bytes += bytes;
  }

  #takeOff(bytes: number): void {
    this.#outstandingBytes -= bytes;
    this.#window.bytes -= bytes;
  }

  #takeOffAll(): void {
    this.#takeOff(this.#outstandingBytes);
    this.#outstanding = [];
  }

  #finish(): void {
    this.#over = true;
    this.#takeOffAll();
  }

  async #leave(): Promise<void> {
    try {
      await this.#iterator?.return?.();
    } catch {
      // The consumer has heard of the first failure.
    }
  }

  #end(failure?: { error: unknown }): void {
    if (this.#over) return;
    this.#finish();
    if (failure === undefined) this.#sink.end();
    else {
      this.#sink.end(failure.error);
      // A failed send must not leave the generator suspended for ever; one that failed by itself does not mind.
      void this.#leave();
    }
  }
}

/** Fails as `for await` does, which is what the source was written for. */
function open(iterable: AsyncIterable<unknown>): AsyncIterator<unknown> {
  const iterator: unknown = iterable[Symbol.asyncIterator]();
  if (Object(iterator) === iterator) return iterator as AsyncIterator<unknown>;
  throw new TypeError("Result of the Symbol.asyncIterator method is not an object");
}

/** Of a number, say, neither `done` nor `value` is there, and the stream would never end. */
function checked(result: IteratorResult<unknown>): IteratorResult<unknown> {
  if (Object(result) === result) return result;
  throw new TypeError(`Iterator result ${String(result)} is not an object`);
}
