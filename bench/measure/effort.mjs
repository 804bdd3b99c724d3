/**
 * How much is measured.
 * @typedef {object} Effort
 * @property {"quick" | "full"} name
 * @property {number} rounds samples of each peer under each condition
 * @property {number} runMs length of one sample of steady work
 * @property {number} warmMs length of the warm-up before the first sample of steady work, at least
 * @property {readonly number[]} concurrencies of small calls
 * @property {readonly number[]} sizes of payloads in bytes
 * @property {readonly number[]} isolates how many at once
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** About half a minute: for a glance while working. @type {Effort} */
export const QUICK = {
  name: "quick",
  rounds: 3,
  runMs: 50,
  warmMs: 150,
  concurrencies: [1, 8, 64, 256, 1024],
  sizes: [KIB, 64 * KIB, MIB, 16 * MIB],
  isolates: [1, 10],
};

/** A few minutes: the figures to quote. @type {Effort} */
export const FULL = {
  name: "full",
  rounds: 9,
  runMs: 200,
  warmMs: 600,
  concurrencies: [1, 8, 64, 256, 1024],
  sizes: [KIB, 64 * KIB, MIB, 16 * MIB, 64 * MIB],
  isolates: [1, 10, 100],
};
