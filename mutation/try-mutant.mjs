import { testsFor } from "./choose.mjs";
import { runTests } from "./run-tests.mjs";

/** A change may make tests wait in vain; beyond this it is noticed. */
const SLOWER_TIMES = 3;
const LEAST_MS = 45_000;

/**
 * What came of one mutant: `unreached` when no test runs the code at all.
 * @typedef {import("./instrument.mjs").Mutant & { fate: "noticed" | "timeout" | "survived" | "unreached", ms: number }} Trial
 */

/**
 * @param {string} root
 * @param {import("./instrument.mjs").Mutant} mutant
 * @param {readonly import("./dry-run.mjs").TestFile[]} tests
 * @returns {Promise<Trial>}
 */
export async function tryMutant(root, mutant, tests) {
  const reaching = testsFor(mutant, tests);
  if (reaching.length === 0) return { ...mutant, fate: "unreached", ms: 0 };
  const usualMs = reaching.reduce((sum, { ms }) => sum + ms, 0);
  const timeoutMs = LEAST_MS + SLOWER_TIMES * usualMs;
  const startedAt = Date.now();
  const files = reaching.map(({ file }) => file);
  const { code, signal } = await runTests(root, { files, mutant: mutant.id, bail: true, timeoutMs });
  const ms = Date.now() - startedAt;
  if (signal !== null || ms >= timeoutMs) return { ...mutant, fate: "timeout", ms };
  return { ...mutant, fate: code === 0 ? "survived" : "noticed", ms };
}
