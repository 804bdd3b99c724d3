import { judge } from "../ledger/judge.mjs";

/** How long a host under load may take to replace its reaper. */
const BEREFT_MS = 500;

/** In which nothing may be left of a host, on a machine that is busy with the load. */
const GONE_MS = 2_000;

/** Endings after which every call has settled. */
const BY_ITSELF = new Set(["shutdown", "shutdown, child killed", "terminate", "idle"]);

/**
 * How the life of one host ended, as seen from outside.
 * @typedef {object} HostEnd
 * @property {string} ending how it was made to end
 * @property {string} exit how the operating system reports its end
 * @property {string} stderr
 * @property {number} goneAfterMs when nothing was left of it
 * @property {readonly string[]} left what is left for ever
 */

/**
 * Every violation in the life of one host, as a sentence.
 * @param {import("../ledger/read-ledger.mjs").Episode} story
 * @param {HostEnd} end
 * @returns {string[]}
 */
export function judgeEpisode(story, { ending, exit, stderr, goneAfterMs, left }) {
  const violations = judge(story, { isAbrupt: !BY_ITSELF.has(ending) });
  if (!isBereft(story)) {
    violations.push(...left.map((what) => `left behind for ever: ${what}`));
    if (left.length === 0 && goneAfterMs > GONE_MS)
      violations.push(`all was gone only after ${goneAfterMs.toFixed(0)} ms`);
  }
  const expected = expectedExit(ending);
  if (exit !== expected) violations.push(`the host ended with ${exit}, not ${expected}: ${stderr.slice(-2_000)}`);
  return violations;
}

/**
 * Whether a host died before it had replaced its reaper, which nothing can make up for at once: the next host that
 * starts takes away what is left then.
 * @param {import("../ledger/read-ledger.mjs").Episode} story
 */
export function isBereft({ disturbances, lastAt }) {
  return disturbances.some(({ kind, at }) => kind === "reaper killed" && lastAt - at < BEREFT_MS);
}

/** How the operating system reports such an end. @param {string} ending */
function expectedExit(ending) {
  if (ending.startsWith("SIG")) return ending;
  return { "process.exit": "code 7", "uncaught exception": "code 1" }[ending] ?? "code 0";
}
