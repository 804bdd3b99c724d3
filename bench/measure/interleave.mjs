import { withTimeLimit } from "./time-limit.mjs";

const TIME_LIMIT_MS = 60_000;

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {() => Promise<unknown>} [warmUp]
 * @property {() => Promise<number>} measure one sample; throws when an answer is wrong
 */

/**
 * Takes the samples in turns (ours, A, B, ours, A, B, …), so that whatever else the machine does meets all alike. Each
 * round begins with another entry: none is always measured after the same one. An entry that fails is left out from
 * then on.
 *
 * @param {readonly Entry[]} entries
 * @param {number} rounds
 */
export async function interleave(entries, rounds) {
  const samples = Object.fromEntries(entries.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  /** @type {Record<string, string>} */
  const failures = {};
  const attempt = async (/** @type {string} */ name, /** @type {() => Promise<unknown>} */ work) => {
    if (name in failures) return undefined;
    try {
      return await withTimeLimit(work(), TIME_LIMIT_MS);
    } catch (error) {
      failures[name] = error instanceof Error ? error.message : String(error);
      delete samples[name];
      return undefined;
    }
  };
  for (const { name, warmUp } of entries) if (warmUp !== undefined) await attempt(name, warmUp);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, measure } of rotated(entries, round)) {
      const sample = await attempt(name, measure);
      if (typeof sample === "number") samples[name]?.push(sample);
    }
  }
  return { samples, failures };
}

/** @template T @param {readonly T[]} list @param {number} by */
function rotated(list, by) {
  const start = by % Math.max(1, list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
