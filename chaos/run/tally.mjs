/** Counts by name. */
export class Counts {
  /** @type {Map<string, number>} */
  #counts = new Map();

  /** @param {string} name @param {number} [times] */
  add(name, times = 1) {
    this.#counts.set(name, this.get(name) + times);
  }

  /** @param {string} name */
  get(name) {
    return this.#counts.get(name) ?? 0;
  }

  get names() {
    return [...this.#counts.keys()];
  }

  get total() {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** What all episodes came to. */
export class Tally {
  deaths = new Counts();
  disturbances = new Counts();
  /** By kind and outcome. @type {Map<string, Counts>} */
  calls = new Map();
  events = new Counts();
  endings = new Counts();
  /** The longest that each kind of ending took until nothing was left. @type {Map<string, number>} */
  slowestMs = new Map();
  /** Processes that died of something, each once. */
  killed = 0;
  replayed = 0;
  /** @type {string[]} */
  violations = [];

  /** @param {import("../ledger/read-ledger.mjs").Episode} episode */
  addEpisode({ calls, deaths, disturbances, events }) {
    this.killed += deaths.size;
    for (const kinds of deaths.values()) this.deaths.add(/** @type {string} */ (kinds[0]));
    for (const { kind } of disturbances) this.disturbances.add(String(kind));
    for (const { name } of events) this.events.add(String(name));
    for (const { kind, ends, runs } of calls) {
      const counts = this.calls.get(kind) ?? new Counts();
      this.calls.set(kind, counts);
      counts.add(ends[0]?.how ?? "host gone");
      if (runs.some(({ attempt }) => attempt > 1)) this.replayed += 1;
    }
  }

  /** @param {string} ending @param {number} goneAfterMs */
  addEnding(ending, goneAfterMs) {
    this.endings.add(ending);
    this.slowestMs.set(ending, Math.max(this.slowestMs.get(ending) ?? 0, goneAfterMs));
  }
}
