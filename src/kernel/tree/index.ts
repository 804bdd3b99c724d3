/** The supervision tree: pure, without clocks and timers. What a death leads to, as in Erlang/OTP. */
export { startedByHand, stoppedByHand } from "./by-hand.js";
export { type Death, died, type Escalation, type Verdict } from "./died.js";
export { plant, type Standing, standingOf, type TreeState } from "./state.js";
export { groupOf, type RestartType, type Strategy, type TreeGroup, type TreeIsolate, type TreeNode } from "./tree.js";
