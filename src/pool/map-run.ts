import { IsolationError } from "../errors/index.js";
import { onAbort, quiet } from "../session/index.js";
import type { ResolvedMapOptions } from "./options/index.js";

/** The results of `map`, as they come. Not an AsyncIterableIterator, whose end has no type before TypeScript 5.6. */
export interface MapResults<Out> extends AsyncIterator<Out, undefined> {
  [Symbol.asyncIterator](): MapResults<Out>;
}

/** What a run does with its items. */
export interface MapWork<In, Out> {
  /** Undefined when another item may begin now; else to be asked again when this resolves. */
  readonly admission: () => Promise<void> | undefined;
  readonly run: (item: In) => Promise<Out> | Out;
  /** Gives up all that is under way. */
  readonly giveUp: (reason: unknown) => void;
}

/** One item, from when it was taken until its result is. */
interface Item<Out> {
  result: { readonly value: Out } | undefined;
}

interface Waiting<Out> {
  readonly resolve: (result: IteratorResult<Out, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Goes through a source, some items at a time. It takes no more than are wanted, and ends with the first error. */
export class MapRun<In, Out> implements MapResults<Out> {
  readonly #source: Iterable<In> | AsyncIterable<In>;
  readonly #work: MapWork<In, Out>;
  readonly #options: ResolvedMapOptions;
  #iterator: Iterator<In> | AsyncIterator<In> | undefined;
  /** Taken from the source and not from here; in their order, or that in which they were done. */
  readonly #items: Item<Out>[] = [];
  #underWay = 0;
  #isPulling = false;
  #isSourceOver = false;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  readonly #waiting: Waiting<Out>[] = [];
  #forgetSignal = (): void => {};

  constructor(source: Iterable<In> | AsyncIterable<In>, work: MapWork<In, Out>, options: ResolvedMapOptions) {
    this.#source = source;
    this.#work = work;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Out, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#begin();
      this.#deliver();
      this.#pull();
    });
  }

  /** The consumer wants no more: the source is closed, and what is under way is given up. */
  async return(): Promise<IteratorResult<Out, undefined>> {
    const closed = this.#close(new IsolationError("CANCELLED", "nobody takes what is mapped any more"));
    this.#deliver();
    await closed;
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #begin(): void {
    if (this.#iterator !== undefined || this.#isOver) return;
    try {
      this.#iterator = iteratorOf(this.#source);
    } catch (error) {
      this.#fail(error);
      return;
    }
    const { signal } = this.#options;
    if (signal === undefined) return;
    const cancel = (): void => {
      this.#fail(new IsolationError("CANCELLED", "map was cancelled by the caller's signal", { cause: signal.reason }));
    };
    if (signal.aborted) cancel();
    else this.#forgetSignal = onAbort(signal, cancel);
  }

  /** Takes the next item, if one more may be under way. */
  #pull(): void {
    const isFull = this.#underWay >= this.#options.concurrency;
    if (this.#isPulling || isFull || this.#isSourceOver || this.#isOver) return;
    this.#isPulling = true;
    void this.#take();
  }

  async #take(): Promise<void> {
    try {
      await this.#work.admission();
      if (this.#isOver) return;
      const { done, value } = await (this.#iterator as AsyncIterator<In>).next();
      this.#isPulling = false;
      if (done === true) this.#isSourceOver = true;
      else if (!this.#isOver) void this.#run(value);
      this.#deliver();
      this.#pull();
    } catch (error) {
      // A source that has thrown is over.
      this.#isPulling = false;
      this.#isSourceOver = true;
      this.#fail(error);
    }
  }

  async #run(input: In): Promise<void> {
    const item: Item<Out> = { result: undefined };
    this.#underWay += 1;
    if (this.#options.ordered) this.#items.push(item);
    try {
      // Others may have taken the room that there was when the item was asked for.
      for (let room = this.#work.admission(); room !== undefined; room = this.#work.admission()) await room;
      if (this.#isOver) return;
      item.result = { value: await this.#work.run(input) };
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#isOver) return;
    if (!this.#options.ordered) this.#items.push(item);
    this.#deliver();
  }

  /** Gives what is there to those who wait for it. */
  #deliver(): void {
    while (this.#waiting.length > 0) {
      const result = this.#items[0]?.result;
      if (this.#failure !== undefined) {
        const { error } = this.#failure;
        this.#failure = undefined;
        this.#waiting.shift()?.reject(error);
      } else if (result !== undefined) {
        this.#items.shift();
        this.#underWay -= 1;
        this.#waiting.shift()?.resolve({ done: false, value: result.value });
        this.#pull();
      } else if (this.#isOver || (this.#isSourceOver && this.#underWay === 0)) {
        this.#finish();
        this.#waiting.shift()?.resolve({ done: true, value: undefined });
      } else return;
    }
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure = { error };
    void quiet(this.#close(error));
    this.#deliver();
  }

  /** Resolves when the source has closed; one that is busy with its next item may take its time, and is not waited for. */
  async #close(reason: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#finish();
    this.#work.giveUp(reason);
    const iterator = this.#iterator;
    if (iterator === undefined || this.#isSourceOver) return;
    const closed = Promise.resolve(iterator.return?.());
    if (this.#isPulling) quiet(closed);
    else await closed;
  }

  #finish(): void {
    this.#isOver = true;
    this.#items.length = 0;
    this.#forgetSignal();
  }
}

function iteratorOf<In>(source: Iterable<In> | AsyncIterable<In>): Iterator<In> | AsyncIterator<In> {
  const candidate: Partial<AsyncIterable<In> & Iterable<In>> = Object(source);
  if (candidate[Symbol.asyncIterator] !== undefined) return (source as AsyncIterable<In>)[Symbol.asyncIterator]();
  if (candidate[Symbol.iterator] !== undefined) return (source as Iterable<In>)[Symbol.iterator]();
  throw new IsolationError("INVALID_OPTION", "what map goes through must be an iterable or an async iterable");
}
