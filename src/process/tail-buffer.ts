/** Keeps the last bytes of a stream. */
export class TailBuffer {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  /** @param limit how many bytes are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > 4 * this.#limit) this.#compact();
  }

  /** The tail as text; a character or terminal sequence that was cut at the start may be damaged. */
  toString(): string {
    this.#compact();
    return (this.#chunks[0] ?? Buffer.alloc(0)).toString("utf8").trimEnd();
  }

  #compact(): void {
    const all = Buffer.concat(this.#chunks);
    // A copy: a slice would pin the whole concatenation.
    const tail = Buffer.from(all.subarray(Math.max(0, all.length - this.#limit)));
    this.#chunks = [tail];
    this.#length = tail.length;
  }
}
