/**
 * What one host process does, drawn from the seed.
 * @typedef {{ readonly episode: number, readonly seed: number, readonly runMs: number, readonly ending: string }} Plan
 */

/** How hosts end; the signals are sent from outside. */
const ENDINGS = [
  { ending: "shutdown", weight: 3 },
  { ending: "shutdown, child killed", weight: 3 },
  { ending: "terminate", weight: 2 },
  { ending: "idle", weight: 2 },
  { ending: "process.exit", weight: 2 },
  { ending: "uncaught exception", weight: 2 },
  { ending: "SIGKILL", weight: 5 },
  { ending: "SIGTERM", weight: 2 },
  { ending: "SIGINT", weight: 1 },
];

/**
 * @param {import("../random.mjs").Random} random
 * @param {number} episode counts from 1
 * @param {number} longestMs
 * @returns {Plan}
 */
export function drawPlan(random, episode, longestMs) {
  const seed = Math.floor(random.next() * 2 ** 32);
  const { ending } = random.weighted(ENDINGS);
  return { episode, seed, ending, runMs: random.between(Math.ceil(longestMs / 3), longestMs) };
}
