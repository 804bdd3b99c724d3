import type { IsolationError } from "../errors/index.js";
import type { Call } from "../isolator/index.js";

/** How many calls there are before those that have settled are looked for. */
const LEAST_TO_CLEAR = 64;

/** Calls that are given up together. */
export class CallScope {
  #calls: Call[] = [];
  #clearAt = LEAST_TO_CLEAR;

  add(call: Call): void {
    this.#calls.push(call);
    if (this.#calls.length < this.#clearAt) return;
    this.#calls = this.#calls.filter(({ settled }) => !settled);
    this.#clearAt = Math.max(LEAST_TO_CLEAR, 2 * this.#calls.length);
  }

  giveUp(toError: () => IsolationError, reason: unknown): void {
    for (const call of this.#calls) call.giveUp(toError(), reason);
    this.#calls = [];
  }
}
