/** The longest line that can be read, in bytes: the longest text that Node.js can make is a little longer. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** Cuts bytes into lines, whole. */
export class LineSplitter {
  readonly #lines: string[] = [];
  #start: Buffer[] = [];
  #length = 0;

  /** @throws Error for a line that is longer than can be read */
  write(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      this.#add(chunk.subarray(from, end));
      this.#lines.push(this.#take());
      from = end + 1;
    }
    this.#add(chunk.subarray(from));
  }

  /** The lines, and what stands behind the last line end. */
  end(): { readonly lines: readonly string[]; readonly rest: string } {
    return { lines: this.#lines, rest: this.#take() };
  }

  #add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > LONGEST_LINE) {
      throw new Error(`line ${this.#lines.length + 1} is longer than ${LONGEST_LINE} bytes`);
    }
    if (piece.length > 0) this.#start.push(piece);
  }

  #take(): string {
    const line = Buffer.concat(this.#start).toString("utf8");
    this.#start = [];
    this.#length = 0;
    return line;
  }
}
