import { ATTEMPTS_AT_MOST, CONNECT_PAUSE_MS, CONNECT_TRIES_AT_MOST, LONGEST_PAUSE_MS } from "./bounds.js";

/** How often a request was sent to processes, and how often in a row none took it. */
export class Attempts {
  #sent = 0;
  #misses = 0;

  sent(): void {
    this.#sent += 1;
  }

  /** The process that it was sent to has not begun with it. */
  takenBack(): void {
    this.#sent -= 1;
  }

  /** A process could not be reached. @returns whether another try is to be made */
  missed(): boolean {
    this.#misses += 1;
    return this.#misses < CONNECT_TRIES_AT_MOST;
  }

  get mayBeSentAgain(): boolean {
    return this.#sent < ATTEMPTS_AT_MOST;
  }

  /** Milliseconds before the next try: none the first time, then longer each time. */
  get pauseMs(): number {
    const tries = Math.max(this.#misses, this.#sent) - 1;
    return tries <= 0 ? 0 : Math.min(LONGEST_PAUSE_MS, CONNECT_PAUSE_MS * 2 ** tries);
  }
}
