/** What waits for a reader, up to a bound. */
export class BoundedQueue<T> {
  readonly #most: number;
  readonly #onFull: (queue: BoundedQueue<T>) => void;
  #items: T[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly error: unknown } | undefined;

  /** @param onFull makes room, or ends the queue, before one more than `most` is taken */
  constructor(most: number, onFull: (queue: BoundedQueue<T>) => void) {
    this.#most = most;
    this.#onFull = onFull;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    if (this.#items.length >= this.#most) this.#onFull(this);
    if (this.#end !== undefined) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Takes the oldest away. */
  drop(): T | undefined {
    return this.#items.shift();
  }

  /** Nothing follows what waits. With an error, which the reader gets at once, what waits is forgotten. */
  end(error?: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    if (error !== undefined) this.#items = [];
    this.#wake?.();
  }

  /** All that waits; waits for the first where nothing does. Empty once the queue has ended. @throws the error of `end` */
  async next(): Promise<T[]> {
    if (this.#items.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    if (this.#end?.error !== undefined) throw this.#end.error;
    return this.#items.splice(0);
  }
}
