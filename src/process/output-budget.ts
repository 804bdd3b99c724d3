const SECOND_MS = 1_000;

/** How much output of one process is kept: so many bytes in every second, stdout and stderr together. */
export class OutputBudget {
  readonly #bytesPerSecond: number;
  readonly #onExceeded: (bytes: number) => void;
  #second = 0;
  #spent = 0;

  /** @param onExceeded called once for every second in which something is left out, with the bytes received so far */
  constructor(bytesPerSecond: number, onExceeded: (bytes: number) => void) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#onExceeded = onExceeded;
  }

  /** The part of a chunk that is kept. */
  take(chunk: Buffer): Buffer {
    const second = Math.floor(performance.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#spent = 0;
    }
    const left = Math.max(0, this.#bytesPerSecond - this.#spent);
    const wasWithin = this.#spent <= this.#bytesPerSecond;
    this.#spent += chunk.length;
    if (wasWithin && this.#spent > this.#bytesPerSecond) this.#onExceeded(this.#spent);
    return chunk.length <= left ? chunk : chunk.subarray(0, left);
  }
}
