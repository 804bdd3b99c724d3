/**
 * Something that reads what a peer sends.
 * @typedef {object} Target
 * @property {string} name
 * @property {number} share of all inputs, in proportion to the others'
 * @property {number} perCase about how many inputs a case has
 * @property {(onInput?: (bytes: Buffer) => void) => Promise<Fuzzer>} open `onInput` is told what a case makes only as it runs
 */

/**
 * One that is open. A case is a few inputs that belong together; it is made by its random numbers alone, so that it can
 * be made again.
 * @typedef {object} Fuzzer
 * @property {(random: import("../../chaos/random.mjs").Random) => readonly Buffer[]} make
 * @property {(inputs: readonly Buffer[], random: import("../../chaos/random.mjs").Random) => Verdict | Promise<Verdict>} run
 *   throws what must not have happened
 * @property {() => import("../amplify/climber.mjs").Worst} [worst] what its inputs cost at the most
 * @property {() => Promise<void>} [close]
 */

/** How many of the inputs meant something. @typedef {{ accepted: number, refused: number }} Verdict */

import { IsolationError } from "process-isolation";

/**
 * Runs what may refuse its input by an error of that code, and by no other.
 * @param {() => unknown} read
 * @param {import("process-isolation").IsolationErrorCode} code
 * @returns {boolean} whether it was accepted
 */
export function acceptsOr(read, code) {
  try {
    read();
    return true;
  } catch (error) {
    if (IsolationError.is(error, code)) return false;
    throw error;
  }
}

/** @param {readonly boolean[]} accepted @returns {Verdict} */
export function tally(accepted) {
  const count = accepted.filter((yes) => yes).length;
  return { accepted: count, refused: accepted.length - count };
}

/** Resolves when everything that is due in this turn of the event loop has happened. */
export function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Own properties of the prototypes that everybody shares. */
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, Error.prototype, Map.prototype];
const before = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

/** @throws Error when an input has changed a prototype */
export function expectCleanPrototypes() {
  if (PROTOTYPES.every((prototype, index) => Reflect.ownKeys(prototype).length === before[index])) return;
  throw new Error("a prototype was changed");
}
