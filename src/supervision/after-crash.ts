import type { RestartBudget } from "./restart-policy.js";
import type { StopCause } from "./state.js";

/** What follows a crash, or a start that failed. */
export type AfterCrash =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "stop"; readonly cause: StopCause };

/** Spends one restart of the budget, if there is one. */
export function afterCrash(budget: RestartBudget | undefined, healthy: boolean): AfterCrash {
  if (budget === undefined) return { kind: "stop", cause: { kind: "crashed" } };
  const decision = budget.spend(performance.now(), healthy);
  return decision.kind === "restart" ? decision : { kind: "stop", cause: { kind: "exhausted" } };
}
