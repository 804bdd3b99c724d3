import { loadsOf } from "./bounds.mjs";
import { Elites } from "./elites.mjs";
import { measure } from "./meter.mjs";

/** @typedef {import("../../chaos/random.mjs").Random} Random */
/** @typedef {import("./bounds.mjs").Cost} Cost */
/**
 * Something that reads what a peer sends, of which the cost is known.
 * @typedef {object} Surface
 * @property {string} name
 * @property {number} share of all inputs, in proportion to the others'
 * @property {() => Promise<OpenSurface>} open
 */
/**
 * @typedef {object} OpenSurface
 * @property {readonly Buffer[]} seeds
 * @property {(random: Random, bytes: Buffer, others: readonly Buffer[]) => Buffer} mutate
 * @property {(random: Random, bytes: Buffer, length: number) => Buffer} grow makes more of the same
 * @property {(bytes: Buffer) => import("./meter.mjs").Work | Promise<import("./meter.mjs").Work>} feed
 * @property {() => Promise<void>} [close]
 */
/** @typedef {{ made: number, memory: number, time: number, load: number, bytes: number }} Worst the most for each byte paid: bytes, bytes, microseconds */

const PER_CASE = 32;
/** While it climbs, so that many can be tried. */
const MOST_BYTES = 4_096;
/** What is better than all before is also tried at full length, several times. */
const FULL_LENGTHS = [16 * 1024, 128 * 1024, 512 * 1024];
/** A ratio of a few bytes says nothing. */
const LEAST_PAID = 64;
const SHOWN_BYTES = 512;

/** An input that costs more than it may. */
export class Amplification extends Error {
  /** @param {string} what @param {Buffer} bytes @param {Cost} cost */
  constructor(what, bytes, cost) {
    super(what);
    this.input = bytes;
    const { made, memory, ms, paid } = cost;
    const figures = `${paid} bytes: ${made} bytes made, ${memory} bytes of memory, ${ms.toFixed(1)} ms`;
    this.stack = `${what}\n${figures}\n${bytes.toString("latin1", 0, SHOWN_BYTES).replaceAll(/[^\x20-\x7e]/g, ".")}`;
  }
}

/**
 * A target that looks for the inputs that cost most for each of their bytes: the best so far are changed further. One
 * line climbs by what is counted, which makes it the same in every run of a seed, and one by the time, which cannot be;
 * so a case is not made again by its number alone, and a finding brings its input.
 * @param {Surface} surface
 * @returns {import("../targets/target.mjs").Target}
 */
export function climber({ name, share, open }) {
  return {
    name: `amplification: ${name}`,
    share,
    perCase: PER_CASE,
    async open(onInput = () => {}) {
      const surface = await open();
      const climb = new Climb(surface, onInput);
      return {
        make: () => [],
        run: (_, random) => climb.run(random),
        worst: () => climb.worst,
        ...(surface.close === undefined ? {} : { close: surface.close }),
      };
    },
  };
}

class Climb {
  /** @type {Worst} */
  worst = { made: 0, memory: 0, time: 0, load: 0, bytes: 0 };
  #surface;
  #onInput;
  #byMade = new Elites();
  #byTime = new Elites();
  #hasBegun = false;
  #inputs = 0;

  /** @param {OpenSurface} surface @param {(bytes: Buffer) => void} onInput */
  constructor(surface, onInput) {
    this.#surface = surface;
    this.#onInput = onInput;
  }

  /** @param {Random} random @returns {Promise<import("../targets/target.mjs").Verdict>} */
  async run(random) {
    this.#inputs = 0;
    const { seeds, mutate } = this.#surface;
    const tried = this.#hasBegun ? [] : seeds;
    this.#hasBegun = true;
    for (const bytes of tried) await this.#try(bytes, random);
    while (this.#inputs < PER_CASE) {
      const elites = random.pick([undefined, this.#byMade, this.#byMade, this.#byTime]);
      const base = elites?.pick(random) ?? random.pick(seeds);
      await this.#try(mutate(random, base.subarray(0), seeds).subarray(0, MOST_BYTES), random);
    }
    return { accepted: this.#inputs, refused: 0 };
  }

  /** @param {Buffer} bytes @param {Random} random */
  async #try(bytes, random) {
    const loads = loadsOf(await this.#feed(bytes));
    const isBest = [this.#byMade.offer(bytes, loads.made), this.#byTime.offer(bytes, loads.time)];
    if (!isBest.includes(true)) return;
    for (const length of FULL_LENGTHS) {
      await this.#feed(this.#surface.grow(random, this.#surface.grow(random, bytes, MOST_BYTES), length));
    }
  }

  /** @param {Buffer} bytes @throws Amplification */
  async #feed(bytes) {
    this.#inputs += 1;
    this.#onInput(bytes);
    const cost = await measure(this.#surface.feed, bytes);
    this.#note(bytes, cost);
    const loads = loadsOf(cost);
    const [what] = /** @type {const} */ (["made", "memory", "time"]).filter((kind) => loads[kind] > 1);
    if (what === "made") throw new Amplification("more is made of an input than it may cost", bytes, cost);
    if (what === "memory") throw new Amplification("an input takes more memory than it may", bytes, cost);
    if (what === "time") throw new Amplification("an input takes longer than it may", bytes, cost);
    return cost;
  }

  /** @param {Buffer} bytes @param {Cost} cost */
  #note(bytes, cost) {
    const paid = Math.max(LEAST_PAID, cost.paid);
    const { worst } = this;
    const load = Math.max(...Object.values(loadsOf(cost)));
    this.worst = {
      made: Math.max(worst.made, cost.made / paid),
      memory: Math.max(worst.memory, cost.memory / paid),
      time: Math.max(worst.time, (cost.ms * 1_000) / paid),
      load: Math.max(worst.load, load),
      bytes: load > worst.load ? bytes.length : worst.bytes,
    };
  }
}
