import { pathTo, standingOf, type TreeState, withFreshCounters, withStanding } from "./state.js";

/** An operator has stopped the isolate: no death of another one starts it again. */
export function stoppedByHand(state: TreeState, isolate: string): TreeState {
  standingOf(state, isolate);
  return withStanding(state, [isolate], "by-hand");
}

/** An operator has started the isolate, whatever it was before: it is supervised as if it had never died. */
export function startedByHand(state: TreeState, isolate: string): TreeState {
  return withFreshCounters(withStanding(state, [isolate], "running"), pathTo(state.root, isolate).slice(-1));
}
