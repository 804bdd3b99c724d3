import { rmSync } from "node:fs";
import { judge } from "../ledger/judge.mjs";
import { readLedger } from "../ledger/read-ledger.mjs";
import { Random } from "../random.mjs";
import { createRunDirectory } from "../watch/run-directory.mjs";
import { runEpisode } from "./episode.mjs";
import { drawPlan } from "./plan.mjs";
import { toReport } from "./report.mjs";
import { Tally } from "./tally.mjs";

/** How long a host works at the most. */
const LONGEST_EPISODE_MS = 8_000;
/** Shown of each episode; the count is of all. */
const SHOWN_VIOLATIONS = 10;

/** How long a host under load may take to replace its reaper. */
const BEREFT_MS = 500;

/** Endings after which every call has settled. */
const BY_ITSELF = new Set(["shutdown", "shutdown, child killed", "terminate", "idle"]);

/**
 * Hosts after hosts, each with its isolates, load and deaths, until time or number is reached.
 * @param {import("../options.mjs").Options} options
 * @returns {Promise<boolean>} whether there was no violation
 */
export async function runChaos({ seed, seconds, deaths, keep }) {
  const random = new Random(seed);
  const directory = createRunDirectory();
  const tally = new Tally();
  const startedAt = performance.now();
  const leftMs = () => seconds * 1_000 - (performance.now() - startedAt);
  let kept = keep;
  for (let episode = 1; leftMs() > 0 && tally.killed < deaths; episode += 1) {
    const plan = drawPlan(random, episode, LONGEST_EPISODE_MS);
    const runMs = Math.max(500, Math.min(plan.runMs, leftMs()));
    const { ledger, goneAfterMs, left, violations } = await runEpisode({ ...plan, runMs }, directory);
    const story = readLedger(ledger);
    if (!isBereft(story)) {
      violations.push(...left.map((what) => `left behind for ever: ${what}`));
      directory.clear();
    }
    violations.push(...judge(story, { isAbrupt: !BY_ITSELF.has(plan.ending) }));
    tally.addEpisode(story);
    tally.addEnding(plan.ending, goneAfterMs);
    tally.violations.push(...violations);
    tell(plan, story, goneAfterMs, violations);
    if (violations.length > 0) kept = true;
    else if (!keep) rmSync(ledger);
  }
  process.stdout.write(`\n${toReport(tally)}\n`);
  if (kept) process.stdout.write(`ledgers: ${directory.path}\n`);
  else directory.remove();
  return tally.violations.length === 0;
}

/**
 * Whether a host died before it had replaced its reaper, which nothing can make up for at once: the next host that
 * starts takes away what is left then.
 * @param {import("../ledger/read-ledger.mjs").Episode} story
 */
function isBereft({ disturbances, lastAt }) {
  return disturbances.some(({ kind, at }) => kind === "reaper killed" && lastAt - at < BEREFT_MS);
}

/**
 * @param {import("./plan.mjs").Plan} plan
 * @param {import("../ledger/read-ledger.mjs").Episode} story
 * @param {number} goneAfterMs
 * @param {readonly string[]} violations
 */
function tell({ episode, ending, runMs }, { calls, deaths }, goneAfterMs, violations) {
  const what = `${deaths.size} deaths, ${calls.length} calls in ${(runMs / 1000).toFixed(1)} s`;
  const gone = `all gone after ${goneAfterMs.toFixed(0)} ms`;
  process.stdout.write(`host ${episode}, ended by ${ending}: ${what}, ${gone}, ${violations.length} violations\n`);
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) process.stdout.write(`  ${violation}\n`);
}
