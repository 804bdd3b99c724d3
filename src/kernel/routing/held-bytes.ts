import { ALL_HELD_BYTES } from "./bounds.js";

/** Bytes that wait within a front door, of all clients. */
export class HeldTotal {
  readonly #onTooMuch: () => void;
  #bytes = 0;
  #isTold = false;

  /** @param onTooMuch called where the bound is passed, once nothing else is under way */
  constructor(onTooMuch: () => void) {
    this.#onTooMuch = onTooMuch;
  }

  get isTooMuch(): boolean {
    return this.#bytes > ALL_HELD_BYTES;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (!this.isTooMuch || this.#isTold) return;
    this.#isTold = true;
    setImmediate(() => {
      this.#isTold = false;
      this.#onTooMuch();
    });
  }
}

/** Bytes that wait for one client, or of one for its isolates. */
export class HeldBytes {
  readonly #total: HeldTotal;
  bytes = 0;

  constructor(total: HeldTotal) {
    this.#total = total;
  }

  add(bytes: number): void {
    this.bytes += bytes;
    this.#total.add(bytes);
  }
}
