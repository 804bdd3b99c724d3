// What every isolate of the graph runs: it writes down that it ran, and calls on, along the path that it is given.
import { openSync, writeSync } from "node:fs";
import { getData, use } from "process-isolation/pihost";

const { name, witness } = /** @type {{ name: string, witness: string }} */ (getData("node"));
// Appended in one write, so that a line is there whole or not at all, whatever kills the process.
const descriptor = openSync(witness, "a");

/** @typedef {{ work(id: string, path: readonly string[], idempotent: boolean): Promise<string[]> }} Node */

/** @param {string} id @param {readonly string[]} path @param {boolean} idempotent @returns {Promise<string[]>} */
export async function work(id, path, idempotent) {
  writeSync(descriptor, `${id} ${name} ${process.pid}\n`);
  const [next, ...rest] = path;
  if (next === undefined) return [name];
  return [
    name,
    ...(await /** @type {Node} */ (/** @type {unknown} */ (use(next, { idempotent }))).work(id, rest, idempotent)),
  ];
}

/** Tries what it was not granted. @param {string} id @param {string} target */
export async function trespass(id, target) {
  try {
    await /** @type {Node} */ (/** @type {unknown} */ (use(target))).work(id, [], false);
    return "granted";
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code;
  }
}

/** @param {string} id @param {number} to */
export async function* count(id, to) {
  writeSync(descriptor, `${id} ${name} ${process.pid}\n`);
  for (let index = 0; index < to; index += 1) yield index;
}

/** Ends in the way that is asked for. @param {string} how */
export function end(how) {
  if (how === "exit 0") process.exit(0);
  if (how === "exit 3") process.exit(3);
  if (how === "throw")
    setImmediate(() => {
      throw new Error("chaos");
    });
  if (how === "reject") Promise.reject(new Error("chaos"));
  return new Promise(() => {});
}
