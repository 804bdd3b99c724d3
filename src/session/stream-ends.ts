/** Who waits for the end of a stream. */
export type OnOver = (() => void)[];

/** When the streams that this side has lent are over: each, those of one value, all. */
export class StreamEnds {
  #open = 0;
  /** Those that have begun since `collect` did. */
  #begun: OnOver[] | undefined;
  #onAllOver: (() => void)[] = [];

  /** A stream is lent. */
  begin(): OnOver {
    const onOver: OnOver = [];
    this.#open += 1;
    this.#begun?.push(onOver);
    return onOver;
  }

  /** A stream is over. */
  over(onOver: OnOver): void {
    for (const notify of onOver) notify();
    this.#open -= 1;
    if (this.#open === 0) for (const notify of this.#onAllOver.splice(0)) notify();
  }

  /** Runs something that lends, and says when the streams that it has lent are over, if there are any. */
  collect<T>(lend: () => T): { value: T; streamsOver: Promise<void> | undefined } {
    const begun: OnOver[] = [];
    this.#begun = begun;
    try {
      const value = lend();
      if (begun.length === 0) return { value, streamsOver: undefined };
      const over = begun.map((onOver) => new Promise<void>((resolve) => onOver.push(resolve)));
      return { value, streamsOver: Promise.all(over).then(() => {}) };
    } finally {
      this.#begun = undefined;
    }
  }

  /** Resolves when no stream is lent any more. */
  allOver(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onAllOver.push(resolve));
  }
}
