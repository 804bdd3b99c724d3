import type { IsolationError } from "../errors/index.js";
import {
  type AfterCrash,
  type Judge,
  judgeByBudget,
  Milestone,
  RestartBudget,
  type StopCause,
} from "../supervision/index.js";
import type { PoolPolicy } from "./options/index.js";
import { PoolBudget } from "./pool-budget.js";
import { type LastFailure, type PoolEnd, poolDownError } from "./pool-errors.js";

const NOTHING: LastFailure = { outcome: undefined, error: undefined };

/** What has come of the failures of a pool's processes: whether others are started, and when; and why the pool is down. */
export class PoolLife {
  /** Processes that crashed or did not start, and were replaced. */
  restarts = 0;
  /** Those of them whose place nobody has taken. */
  missing = 0;
  /** No process is started before, as `performance.now()` counts. */
  notBefore = 0;
  /** Whether any process has ever got ready. */
  isProved = false;
  /** What has spent the last of the budget: the pool ends when the calls of that process have heard of it. */
  exhausted: LastFailure | undefined;
  /** Nothing is left of any process. */
  readonly over = new Milestone<void>();
  readonly #name: string;
  readonly #policy: PoolPolicy;
  readonly #judge: Judge;
  #budget: PoolBudget;
  #end: PoolEnd | undefined;

  /** @param judge what follows when the budget is spent; absent, that is the end */
  constructor(name: string, policy: PoolPolicy, judge: Judge | undefined) {
    this.#name = name;
    this.#policy = policy;
    this.#budget = new PoolBudget(policy);
    const { restart } = policy;
    this.#judge =
      judge ?? judgeByBudget(restart.maxRestarts === 0 ? undefined : new RestartBudget({ ...restart, maxRestarts: 0 }));
  }

  get end(): PoolEnd | undefined {
    return this.#end;
  }

  /** Why no call can be taken, if none can. */
  get down(): IsolationError | undefined {
    return this.#end && poolDownError(this.#name, this.#end, this.restarts, this.#policy.restart);
  }

  /** A process has answered a call. */
  proved(): void {
    this.#budget.proved();
  }

  /**
   * A process crashed, or did not start: whether another may be started for it.
   *
   * @param healthy whether it had proved that it works
   * @returns the milliseconds until then; undefined where none may
   */
  spend(healthy: boolean, last: LastFailure): number | undefined {
    const now = performance.now();
    const decision = this.#budget.spend(now, healthy);
    if (decision.kind === "exhausted") {
      this.exhausted = last;
      return undefined;
    }
    this.restarts += 1;
    this.missing += 1;
    this.notBefore = Math.max(this.notBefore, now + decision.delayMs);
    return decision.delayMs;
  }

  /** What follows when the budget is spent, or when all processes were halted by whoever judges. */
  async judge(halted: boolean, { outcome }: LastFailure = NOTHING): Promise<AfterCrash> {
    const judgement = this.#judge({ outcome, healthy: halted, halted });
    return judgement.kind === "hold" ? judgement.decided : judgement;
  }

  /** It goes on, with its whole budget. */
  begin(delayMs: number): void {
    this.exhausted = undefined;
    this.missing = 0;
    this.#budget = new PoolBudget(this.#policy);
    this.notBefore = performance.now() + delayMs;
  }

  /** No process is started any more. False where that was so before. */
  close(cause: StopCause, last = NOTHING): boolean {
    if (this.#end !== undefined) return false;
    this.#end = { cause, ...last };
    return true;
  }
}
