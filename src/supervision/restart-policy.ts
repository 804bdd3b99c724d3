/** When to start again. Resolved from the option `restart`; times in milliseconds. */
export interface RestartPolicy {
  readonly maxRestarts: number;
  readonly withinMs: number;
  readonly backoff: {
    readonly initialMs: number;
    readonly maxMs: number;
    readonly factor: number;
    /** From 0 (none) to 1: how much of the delay is left to chance. */
    readonly jitter: number;
  };
}

export type RestartDecision = { readonly kind: "restart"; readonly delayMs: number } | { readonly kind: "exhausted" };

/**
 * Counts restarts inside a sliding window, so that a service which was healthy for long has its whole budget again.
 *
 * The first restart after healthy running is immediate; each further one waits longer.
 */
export class RestartBudget {
  readonly #policy: RestartPolicy;
  readonly #random: () => number;
  #restarts: number[] = [];
  #unhealthy = 0;

  /** @param random a number from 0 to 1, for the jitter */
  constructor(policy: RestartPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
  }

  /**
   * Spends one restart, if there is one left.
   *
   * @param now milliseconds on a clock that never goes back
   * @param healthy whether the generation that ended had proved that it works
   */
  spend(now: number, healthy: boolean): RestartDecision {
    const { maxRestarts, withinMs } = this.#policy;
    this.#restarts = this.#restarts.filter((time) => now - time < withinMs);
    if (this.#restarts.length >= maxRestarts) return { kind: "exhausted" };
    this.#restarts.push(now);
    this.#unhealthy = healthy ? 0 : this.#unhealthy + 1;
    return { kind: "restart", delayMs: this.#delay() };
  }

  #delay(): number {
    if (this.#unhealthy === 0) return 0;
    const { initialMs, maxMs, factor, jitter } = this.#policy.backoff;
    // 0 times infinity is no number.
    if (initialMs === 0) return 0;
    const delay = Math.min(maxMs, initialMs * factor ** (this.#unhealthy - 1));
    return Math.round(delay * (1 - jitter * this.#random()));
  }
}
