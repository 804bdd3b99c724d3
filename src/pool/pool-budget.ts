import { RestartBudget, type RestartDecision } from "../supervision/index.js";
import type { PoolPolicy } from "./options/index.js";

const EXHAUSTED: RestartDecision = { kind: "exhausted" };

/** When processes that crashed are replaced: one budget for a whole pool, whichever of its processes they were. */
export class PoolBudget {
  readonly #budget: RestartBudget;
  readonly #maxInVain: number;
  #inVain = 0;

  constructor({ restart, maxInVain }: Pick<PoolPolicy, "restart" | "maxInVain">) {
    this.#budget = new RestartBudget(restart);
    this.#maxInVain = maxInVain;
  }

  /** A process has answered a call. */
  proved(): void {
    this.#inVain = 0;
  }

  /**
   * Spends one restart, if there is one left.
   *
   * @param now milliseconds on a clock that never goes back
   * @param healthy whether the process had proved that it works
   */
  spend(now: number, healthy: boolean): RestartDecision {
    this.#inVain = healthy ? 0 : this.#inVain + 1;
    return this.#inVain > this.#maxInVain ? EXHAUSTED : this.#budget.spend(now, healthy);
  }
}
