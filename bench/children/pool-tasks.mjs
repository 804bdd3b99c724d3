/** The work as the pools want it: one argument for each task. */
export { echo } from "./work.mjs";

/** @param {[number, number]} numbers */
export function add([a, b]) {
  return a + b;
}
