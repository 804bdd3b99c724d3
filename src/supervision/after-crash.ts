import type { ExitOutcome } from "../process/index.js";
import type { RestartBudget } from "./restart-policy.js";
import type { StopCause } from "./state.js";

/** The end of a process that nobody stopped for good, or a start that failed. */
export interface Death {
  /** How it ended; `undefined` where not even a process was to be had. */
  readonly outcome: ExitOutcome | undefined;
  /** Whether the generation had proved that it works. */
  readonly healthy: boolean;
  /** Whether it was halted by whoever decides, who knows of it therefore. */
  readonly halted: boolean;
}

/** What follows a death. */
export type AfterCrash =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "stop"; readonly cause: StopCause };

/** What follows a death, or who will say it later: until then there is no process, and calls wait. */
export type Judgement = AfterCrash | { readonly kind: "hold"; readonly decided: Promise<AfterCrash> };

/** Decides what follows a death. */
export type Judge = (death: Death) => Judgement;

/** Spends one restart of the budget, if there is one. */
export function judgeByBudget(budget: RestartBudget | undefined): Judge {
  return ({ healthy }) => {
    if (budget === undefined) return { kind: "stop", cause: { kind: "crashed" } };
    const decision = budget.spend(performance.now(), healthy);
    return decision.kind === "restart" ? decision : { kind: "stop", cause: { kind: "exhausted" } };
  };
}
