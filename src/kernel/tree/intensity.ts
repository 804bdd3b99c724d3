import type { TreeState } from "./state.js";
import type { TreeGroup, TreeNode } from "./tree.js";

/** What one more failure comes to. */
export interface Intensity {
  readonly state: TreeState;
  /** Failures within the window, this one included. */
  readonly count: number;
  readonly exhausted: boolean;
}

/**
 * Counts a failure of `counted` against the bounds of `group`. What lies `withinMs` or longer ago has healed.
 *
 * @param at milliseconds on a clock that never goes back
 */
export function spend(state: TreeState, counted: TreeNode, group: TreeGroup, at: number): Intensity {
  const earlier = state.restarts.get(counted) ?? [];
  const recent = [...earlier.filter((time) => at - time < group.withinMs), at];
  const restarts = new Map(state.restarts).set(counted, recent);
  return { state: { ...state, restarts }, count: recent.length, exhausted: recent.length > group.maxRestarts };
}
