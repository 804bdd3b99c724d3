import { Random } from "../../chaos/random.mjs";

/** The random numbers of one case: they depend on nothing that was before it. @param {number} seed @param {string} target @param {number} number */
export function caseRandom(seed, target, number) {
  let hash = seed;
  for (const byte of Buffer.from(`${target} ${number}`)) hash = Math.imul(hash ^ byte, 0x01000193) ^ (hash >>> 15);
  return new Random(hash);
}
