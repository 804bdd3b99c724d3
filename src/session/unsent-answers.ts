import type { Lane } from "./lane.js";

/**
 * The answers that the peer has not read. While there are too many, nothing is read from it, so that whoever asks without
 * listening does not fill this side's memory.
 *
 * Only answers count, never what this side says by itself: two sides that both stopped reading for their own messages would
 * wait for each other. For the same reason only the host has a bound; the process always reads on.
 */
export class UnsentAnswers {
  readonly #lane: Lane;
  readonly #bound: number;
  #bytes = 0;
  #isFull = false;

  /** @param bound in bytes */
  constructor(lane: Lane, bound: number) {
    this.#lane = lane;
    this.#bound = bound;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#isFull || this.#bytes <= this.#bound) return;
    this.#isFull = true;
    this.#lane.pause();
  }

  /** They have left this process, or never will. */
  sent(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#isFull || this.#bytes > this.#bound / 2) return;
    this.#isFull = false;
    this.#lane.resume();
  }
}
