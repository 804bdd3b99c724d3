const MOST = 24;

/** The inputs that came nearest to a bound, without going beyond it. */
export class Elites {
  /** @type {{ bytes: Buffer, load: number }[]} */
  #best = [];

  /** Takes an input that belongs to the best; returns whether it is the very best. @param {Buffer} bytes @param {number} load */
  offer(bytes, load) {
    const best = this.#best;
    const isBest = load > (best[0]?.load ?? 0);
    if (best.length === MOST && load <= /** @type {{ load: number }} */ (best.at(-1)).load) return false;
    if (best.some((other) => other.load === load)) return false;
    // A part of something larger would hold that.
    best.push({ bytes: Buffer.from(bytes), load });
    best.sort((a, b) => b.load - a.load);
    best.length = Math.min(best.length, MOST);
    return isBest;
  }

  /** One of the best, the likelier the better it is. @param {import("../../chaos/random.mjs").Random} random @returns {Buffer | undefined} */
  pick(random) {
    return this.#best[random.between(0, Math.min(this.#best.length, random.pick([1, 2, 5, MOST])) - 1)]?.bytes;
  }

  /** @returns {readonly Buffer[]} the best first */
  get inputs() {
    return this.#best.map(({ bytes }) => bytes);
  }
}
