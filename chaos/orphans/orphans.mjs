import { Random } from "../random.mjs";
import { toTable } from "../table.mjs";
import { createRunDirectory } from "../watch/run-directory.mjs";
import { killHost, leftToNextHost } from "./kill-host.mjs";
import { SITUATIONS } from "./situations.mjs";

/** A start, an end and the next start: the moments of a host that starts children for ever. */
const CYCLE_MS = 200;

/** In which nothing may be left. */
const ALLOWED_MS = 1_000;

/**
 * Kills hosts in every situation of their children.
 * @param {import("../options.mjs").Options} options
 * @returns {Promise<boolean>} whether nothing was left where that is promised
 */
export async function runOrphans({ seed, times, only }) {
  const random = new Random(seed);
  const directory = createRunDirectory();
  const rows = [];
  const notes = [];
  let broken = 0;
  for (const situation of SITUATIONS) {
    if (only !== undefined && !only.some((part) => situation.name.includes(part))) continue;
    const { clean, swept, gone, left } = await repeat(situation, times, random, directory);
    const quantile = (/** @type {number} */ share) => Math.round(gone[Math.floor(share * (gone.length - 1))] ?? 0);
    rows.push([situation.name, times, times - clean - swept, swept, quantile(0.5), quantile(1)]);
    if (situation.promised !== undefined) notes.push(`${situation.name}: not promised, since ${situation.promised}`);
    else broken += times - clean - swept;
    process.stdout.write(`${situation.name}: nothing left after a second, ${clean} of ${times} times\n`);
    for (const what of left.slice(0, 5)) process.stdout.write(`  ${what}\n`);
  }
  const head = [
    "host killed; its child:",
    "times",
    "left something",
    "left files to the next host",
    "gone after, ms: median",
    "longest",
  ];
  process.stdout.write(`\n${[toTable(head, rows), ...notes].join("\n\n")}\n`);
  directory.remove();
  return broken === 0;
}

/**
 * @param {import("./situations.mjs").Situation} situation
 * @param {number} times
 * @param {Random} random
 * @param {import("../watch/run-directory.mjs").RunDirectory} directory
 */
async function repeat(situation, times, random, directory) {
  const gone = [];
  const left = [];
  let clean = 0;
  let swept = 0;
  for (let time = 0; time < times; time += 1) {
    // A grid with some play, so that every moment of a start has its turn.
    const delayMs = situation.special === "starting" ? Math.round((time * CYCLE_MS) / times) + random.between(0, 3) : 0;
    const end = await killHost(situation, delayMs, directory);
    gone.push(end.goneAfterMs);
    const unswept = end.left.length === 0 ? [] : await leftToNextHost(directory);
    const forEver = [...end.left.filter((what) => !what.startsWith("/")), ...unswept];
    left.push(...forEver.map((what) => `killed ${delayMs} ms after it was ready: ${what}`));
    if (forEver.length > 0) continue;
    if (end.left.length > 0) swept += 1;
    else if (end.goneAfterMs <= ALLOWED_MS) clean += 1;
    else left.push(`killed ${delayMs} ms after it was ready: gone only after ${end.goneAfterMs.toFixed(0)} ms`);
  }
  return { clean, swept, left, gone: gone.sort((a, b) => a - b) };
}
