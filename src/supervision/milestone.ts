/** Something that happens once. Unlike a promise, it forgets whoever stops waiting for it. */
export class Milestone<T> {
  #reached: { readonly value: T } | undefined;
  readonly #waiters = new Set<(value: T) => void>();

  get isReached(): boolean {
    return this.#reached !== undefined;
  }

  /** It has happened; only the first time counts. */
  reach(value: T): void {
    if (this.#reached !== undefined) return;
    this.#reached = { value };
    for (const waiter of this.#waiters) waiter(value);
    this.#waiters.clear();
  }

  /** Calls back when it happens, at once if it has. Returns how to stop waiting. */
  onReached(waiter: (value: T) => void): () => void {
    if (this.#reached !== undefined) {
      waiter(this.#reached.value);
      return () => {};
    }
    this.#waiters.add(waiter);
    return () => void this.#waiters.delete(waiter);
  }

  /** For whoever waits to the end. */
  wait(): Promise<T> {
    return new Promise((resolve) => this.onReached(resolve));
  }
}
