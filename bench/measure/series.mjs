import { median } from "./statistics.mjs";

/**
 * What one case measured under one condition: a sample for each peer and round. Sample number `n` of every peer was
 * taken in the same round, which is what makes ratios of samples meaningful.
 *
 * @typedef {object} Series
 * @property {string} case
 * @property {string} variant the condition, such as "concurrency 64"
 * @property {number} [x] the condition as a number, for charts
 * @property {string} unit
 * @property {"higher" | "lower"} better
 * @property {Record<string, number[]>} samples by the peer's name
 * @property {Record<string, string>} failures why a peer has no samples, by its name
 */

/**
 * @typedef {object} Ratio
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * Our figure over a peer's, round by round.
 * @param {Series} series
 * @param {string} ours
 * @param {string} peer
 * @returns {Ratio | undefined} nothing where one of the two has no samples
 */
export function ratioTo({ samples }, ours, peer) {
  const mine = samples[ours] ?? [];
  const theirs = samples[peer] ?? [];
  const ratios = mine.slice(0, theirs.length).map((sample, round) => sample / /** @type {number} */ (theirs[round]));
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}

/**
 * How many times better we are: above 1 we win, whatever is measured.
 * @param {Series} series
 * @param {string} ours
 * @param {string} peer
 */
export function advantageOver(series, ours, peer) {
  return series.better === "higher" ? ratioTo(series, ours, peer) : ratioTo(series, peer, ours);
}
