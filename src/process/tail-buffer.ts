/** Keeps the last bytes of a stream, in memory that does not depend on how they came. */
export class TailBuffer {
  readonly #limit: number;
  /** Twice the limit, so that every byte is moved at most once on the average. */
  #bytes: Buffer | undefined;
  #length = 0;

  /** @param limit how many bytes are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  write(chunk: Buffer): void {
    this.#bytes ??= Buffer.allocUnsafeSlow(2 * this.#limit);
    const tail = chunk.subarray(Math.max(0, chunk.length - this.#limit));
    if (this.#length + tail.length > this.#bytes.length) this.#keep(this.#limit - tail.length);
    tail.copy(this.#bytes, this.#length);
    this.#length += tail.length;
  }

  /** The tail as text; a character or terminal sequence that was cut at the start may be damaged. */
  toString(): string {
    this.#keep(this.#limit);
    return (this.#bytes?.toString("utf8", 0, this.#length) ?? "").trimEnd();
  }

  /** Keeps so many bytes, which then begin at the start. */
  #keep(most: number): void {
    if (this.#length <= most) return;
    this.#bytes?.copyWithin(0, this.#length - most, this.#length);
    this.#length = most;
  }
}
