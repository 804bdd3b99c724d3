import { rmSync } from "node:fs";
import { readLedger } from "../ledger/read-ledger.mjs";
import { Random } from "../random.mjs";
import { createRunDirectory } from "../watch/run-directory.mjs";
import { runEpisode } from "./episode.mjs";
import { drawPlan } from "./plan.mjs";
import { toReport } from "./report.mjs";
import { Tally } from "./tally.mjs";
import { isBereft, judgeEpisode } from "./verdict.mjs";

/** How long a host works at the most: short, so that a run has ends of every kind, unless it is long itself. */
const LONGEST_EPISODE_MS = 8_000;
const LONGEST_OF_MANY_MS = 20_000;
/** So many deaths make a long run. */
const MANY_DEATHS = 2_000;
/** Shown of each episode; the count is of all. */
const SHOWN_VIOLATIONS = 10;

/**
 * Hosts after hosts, each with its isolates, load and deaths, until time or number is reached.
 * @param {import("../options.mjs").Options} options
 * @returns {Promise<boolean>} whether there was no violation
 */
export async function runChaos({ seed, seconds, deaths, keep, only }) {
  const random = new Random(seed);
  const longestMs = deaths >= MANY_DEATHS && Number.isFinite(deaths) ? LONGEST_OF_MANY_MS : LONGEST_EPISODE_MS;
  const directory = createRunDirectory();
  const tally = new Tally();
  const startedAt = performance.now();
  const leftMs = () => seconds * 1_000 - (performance.now() - startedAt);
  let kept = keep;
  for (let episode = 1; leftMs() > 0 && tally.killed < deaths; episode += 1) {
    const plan = drawPlan(random, episode, longestMs);
    const runMs = Math.max(500, Math.min(plan.runMs, leftMs()));
    const end = await runEpisode({ ...plan, runMs, only }, directory);
    const story = readLedger(end.ledger);
    const violations = judgeEpisode(story, end);
    if (!isBereft(story)) directory.clear();
    tally.addEpisode(story);
    tally.addEnding(plan.ending, end.goneAfterMs);
    tally.violations.push(...violations);
    tell(plan, story, end.goneAfterMs, violations);
    if (violations.length > 0) kept = true;
    else if (!keep) rmSync(end.ledger);
  }
  process.stdout.write(`\n${toReport(tally)}\n`);
  if (kept) process.stdout.write(`ledgers: ${directory.path}\n`);
  else directory.remove();
  // A run in which nothing died proves nothing.
  return tally.violations.length === 0 && tally.killed > 0;
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
