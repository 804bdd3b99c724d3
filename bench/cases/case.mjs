/**
 * One thing to measure.
 *
 * @typedef {object} Case
 * @property {string} name as in the JSON file and in `--only`
 * @property {string} title
 * @property {string} work what exactly is done and counted
 * @property {"lines" | "bars"} chart
 * @property {(context: Context) => Promise<import("../measure/series.mjs").Series[]>} run
 *
 * @typedef {object} Context
 * @property {import("../measure/effort.mjs").Effort} effort
 * @property {readonly import("../peers/peer.mjs").Peer[]} peers those that the user wants
 */
export {};
