/** A seeded stream of choices: the same seed gives the same choices. */
export class Random {
  #state;

  /** @param {number} seed a whole number */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 (inclusive) to 1. */
  next() {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. @param {number} low @param {number} high */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** @template T @param {readonly T[]} choices @returns {T} */
  pick(choices) {
    return /** @type {T} */ (choices[this.between(0, choices.length - 1)]);
  }

  /** One of several, the likelier the greater its weight. @template {{ readonly weight: number }} T @param {readonly T[]} choices @returns {T} */
  weighted(choices) {
    let left = this.next() * choices.reduce((sum, { weight }) => sum + weight, 0);
    for (const choice of choices) {
      left -= choice.weight;
      if (left < 0) return choice;
    }
    return /** @type {T} */ (choices.at(-1));
  }

  /** A stream of its own, so that what one part draws does not depend on how often another one does. */
  fork() {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
