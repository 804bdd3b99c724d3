/**
 * Collects values for one JSON array text. Values that cannot change any more, which is all primitives and arrays of
 * them, are turned into text in one go; others at once, because their owner may change them before the frame leaves.
 */
export class JsonColumn {
  #batch: unknown[] = [];
  #texts: string[] = [];

  /** A value that nobody can change. */
  add(value: unknown): void {
    this.#batch.push(value);
  }

  /** A value that is JSON text already. */
  addText(text: string): void {
    this.#closeBatch();
    this.#texts.push(text);
  }

  /** The array, or the empty string when there is nothing in it; empties the column. */
  take(): string {
    if (this.#texts.length === 0) {
      if (this.#batch.length === 0) return "";
      const text = JSON.stringify(this.#batch);
      this.#batch = [];
      return text;
    }
    this.#closeBatch();
    const text = `[${this.#texts.join(",")}]`;
    this.#texts = [];
    return text;
  }

  #closeBatch(): void {
    if (this.#batch.length === 0) return;
    this.#texts.push(JSON.stringify(this.#batch).slice(1, -1));
    this.#batch = [];
  }
}
