/** The globals as they were at load. `globals.ts` is not imported: the build puts it in the place of the globals' names. */
export { delay, nextTurn } from "./delay.js";
export { withTrueTicks } from "./true-ticks.js";
