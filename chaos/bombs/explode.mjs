import { IsolationError, ProcessIsolator } from "process-isolation";
import { MODULE } from "./bombs.mjs";

/** After which a bomb that nothing has ended counts as not contained, in milliseconds. */
const PATIENCE_MS = 30_000;

/** An isolate in whose limits a bomb goes off, again and again. */
export class BombSite {
  #isolator;
  #bomb;
  #bound;
  #mechanism;
  /** @type {(import("process-isolation").LimitBreach & { pid: number })[]} */
  #breaches = [];
  #keptBytes = 0;
  /** @type {string[]} */
  #failures = [];

  /**
   * @param {ProcessIsolator} isolator
   * @param {import("./bombs.mjs").Bomb} bomb
   * @param {{ bound: number | string, mechanism: string }} enforcement
   */
  constructor(isolator, bomb, { bound, mechanism }) {
    this.#isolator = isolator;
    this.#bomb = bomb;
    this.#bound = bound;
    this.#mechanism = mechanism;
    isolator.events.on("limit", (breach) => this.#breaches.push(breach));
    isolator.events.on("startFailed", ({ error }) => this.#failures.push(error.message));
    isolator.events.on("stdout", ({ line }) => {
      this.#keptBytes += line.length + 1;
    });
  }

  /**
   * @param {import("./bombs.mjs").Bomb} bomb
   * @param {import("process-isolation").IsolationOptions} [options]
   */
  static async open(bomb, { limits, ...options } = {}) {
    const isolator = await ProcessIsolator.create({
      ...options,
      limits: { ...bomb.limits, ...limits },
      restart: { maxRestarts: 1e9, withinMs: 1_000, backoff: { initialMs: 0 } },
    });
    const { limits: inForce } = await isolator.status();
    const enforcement = /** @type {Record<string, { bound: number | string, mechanism: string }>} */ (inForce)[
      bomb.limit
    ];
    if (enforcement === undefined) throw new Error(`limits.${bomb.limit} is not in force`);
    return new BombSite(isolator, bomb, enforcement);
  }

  /** What enforces the limit. */
  get mechanism() {
    return this.#mechanism;
  }

  /**
   * Sets the bomb off once, and calls the isolate again afterwards.
   * @returns {Promise<{ ms: number, wrong: string | undefined }>} how long the caller waited, and what was not as it should be
   */
  async explode() {
    this.#breaches = [];
    this.#keptBytes = 0;
    this.#failures = [];
    const { generation } = this.#isolator;
    const startedAt = performance.now();
    const outcome = await this.#isolator.invoke(MODULE, this.#bomb.method, [], { timeoutMs: PATIENCE_MS }).then(
      (value) => ({ value }),
      (error) => ({ error }),
    );
    const ms = performance.now() - startedAt;
    const wrong = this.#bomb.reason === undefined ? this.#judgeFlood(outcome, ms) : this.#judgeEnd(outcome);
    if (wrong !== undefined) return { ms, wrong };
    const again = await this.#isolator
      .invoke(MODULE, "harmless", [], { idempotent: true, timeoutMs: PATIENCE_MS })
      .then(
        (value) => (value === 1 ? undefined : `the next call answered ${value}`),
        (error) => `the next call failed: ${error}`,
      );
    const expected = this.#bomb.reason === undefined ? generation : generation + 1;
    if (again === undefined && this.#isolator.generation !== expected) {
      const why = this.#failures.join("; ");
      return { ms, wrong: `generation ${this.#isolator.generation} followed ${generation}: ${why}` };
    }
    return { ms, wrong: again };
  }

  /** @param {{ value: unknown } | { error: unknown }} outcome */
  #judgeEnd(outcome) {
    if ("value" in outcome) return `it went through: ${outcome.value}`;
    const { error } = outcome;
    if (!IsolationError.is(error, "LIMIT_EXCEEDED")) return `${error}`;
    const { reason, limit, bound, observed } = error.facts;
    const isRight =
      reason === this.#bomb.reason &&
      limit === this.#bomb.limit &&
      bound === this.#bound &&
      // Missing where nobody saw it in time.
      (observed === undefined || observed > 0);
    return isRight ? undefined : `LIMIT_EXCEEDED with ${JSON.stringify({ reason, limit, bound, observed })}`;
  }

  /** Nothing ends a process for what it writes; what is too much is left out, and an event says so. */
  #judgeFlood(/** @type {{ value: unknown } | { error: unknown }} */ outcome, /** @type {number} */ ms) {
    if ("error" in outcome) return `${outcome.error}`;
    const bound = Number(this.#bound);
    const breach = this.#breaches.find(({ limit }) => limit === this.#bomb.limit);
    if (breach === undefined) return "no event told of it";
    if (breach.bound !== bound || Number(breach.observed) <= bound) return `the event says ${JSON.stringify(breach)}`;
    const most = bound * (Math.ceil(ms / 1_000) + 1);
    return this.#keptBytes > most ? `${this.#keptBytes} bytes were kept` : undefined;
  }

  close() {
    return this.#isolator.shutdown({ graceMs: 200 });
  }
}
