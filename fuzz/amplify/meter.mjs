import { getHeapStatistics } from "node:v8";
import { loadsOf } from "./bounds.mjs";
import { weigh } from "./weigh.mjs";

/** @typedef {import("./bounds.mjs").Cost} Cost */
/**
 * What a surface says about an input that it was fed: what it counted, or the value that came of it, which is weighed;
 * and what it knows better than who measures.
 * @typedef {{ made?: number, result?: unknown, paid?: number, ms?: number, memory?: number }} Work
 */

/** What is measured is believed when it comes again so many times: a pause of the machine does not. */
const TIMES = 4;

/**
 * Feeds an input and measures; what took too long or too much is fed again, and the least counts.
 * @param {(bytes: Buffer) => Work | Promise<Work>} feed
 * @param {Buffer} bytes
 * @returns {Promise<Cost>}
 */
export async function measure(feed, bytes) {
  let cost = await once(feed, bytes);
  for (let times = 1; times < TIMES && isTooMuch(cost); times += 1) {
    const again = await once(feed, bytes);
    cost = { ...cost, ms: Math.min(cost.ms, again.ms), memory: Math.min(cost.memory, again.memory) };
  }
  return cost;
}

/** @param {Cost} cost */
function isTooMuch(cost) {
  const { memory, time } = loadsOf(cost);
  return memory > 1 || time > 1;
}

/** @param {(bytes: Buffer) => Work | Promise<Work>} feed @param {Buffer} bytes @returns {Promise<Cost>} */
async function once(feed, bytes) {
  const before = heldBytes();
  const startedAt = performance.now();
  const used = process.cpuUsage();
  const work = feed(bytes);
  const { made = 0, result, paid = bytes.length, ms, memory } = work instanceof Promise ? await work : work;
  const { user, system } = process.cpuUsage(used);
  // On a busy machine others have the processor for a part of the time.
  const took = Math.min(performance.now() - startedAt, (user + system) / 1_000);
  // A collection in between makes it less, never more.
  const grown = Math.max(0, heldBytes() - before);
  return { made: made + weigh(result), paid, ms: ms ?? took, memory: memory ?? grown };
}

function heldBytes() {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
