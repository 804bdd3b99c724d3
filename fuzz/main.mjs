// The fuzzer, on the package as it is built. `npm run fuzz` (scripts/fuzz.mjs) builds first.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toTable } from "../chaos/table.mjs";
import { readOptions, USAGE } from "./options.mjs";
import { inputsOf, supervise } from "./run/supervise.mjs";
import { TARGETS } from "./targets/index.mjs";

const HEAD = ["target", "inputs", "accepted", "refused", "crashes", "hangs", "wrong", "heap, MB", "inputs/s"];
const WORST_HEAD = [
  "the most for a byte of",
  "bytes made",
  "bytes of memory",
  "microseconds",
  "% of a bound",
  "at bytes",
];
const SHOWN_LINES = 6;

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {import("./run/supervise.mjs").Outcome} Outcome */

/** @param {Options} options @returns {Promise<boolean>} whether nothing was found */
async function fuzz({ seed, inputs, only, without }) {
  process.stdout.write(`seed ${seed}, Node ${process.version}\n`);
  const targets = chooseTargets(only, without);
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const folder = mkdtempSync(join(tmpdir(), `fuzz-${seed}-`));
  const rows = [];
  const worst = [];
  let isClean = true;
  for (const target of targets) {
    const wanted = Math.max(target.perCase, Math.ceil((inputs * target.share) / shares));
    const outcome = await supervise(target, { seed, inputs: wanted, folder });
    rows.push(toRow(target.name, outcome));
    if (outcome.worst !== undefined) worst.push(toWorstRow(target.name, outcome.worst));
    process.stdout.write(`${target.name}: ${outcome.inputs} inputs in ${outcome.seconds.toFixed(1)} s\n`);
    tell(target.name, outcome, seed);
    isClean &&= outcome.isClean;
  }
  process.stdout.write(`\n${toTable(HEAD, [...rows, toSum(rows)])}\n`);
  if (worst.length > 0) process.stdout.write(`\n${toTable(WORST_HEAD, worst)}\n`);
  if (isClean) rmSync(folder, { recursive: true });
  return isClean;
}

/** @param {readonly string[] | undefined} only @param {readonly string[]} without */
function chooseTargets(only, without = []) {
  const targets = TARGETS.filter(
    ({ name }) => (only?.some((part) => name.includes(part)) ?? true) && !without.some((part) => name.includes(part)),
  );
  if (targets.length > 0) return targets;
  throw new Error(`--only and --without leave none of: ${TARGETS.map(({ name }) => name).join("; ")}`);
}

/** @param {string} name @param {Outcome} outcome */
function toRow(name, { inputs, accepted, refused, crashes, hangs, wrong, growthBytes, seconds }) {
  const growth = Number((growthBytes / 2 ** 20).toFixed(1));
  return [name, inputs, accepted, refused, crashes, hangs, wrong, growth, Math.round(inputs / seconds)];
}

/** @param {string} name @param {import("./amplify/climber.mjs").Worst} worst */
function toWorstRow(name, { made, memory, time, load, bytes }) {
  return [
    name.replace(/^amplification: /, ""),
    ...[made, memory].map(Math.round),
    +time.toFixed(2),
    Math.round(100 * load),
    bytes,
  ];
}

/** @param {readonly (readonly (string | number)[])[]} rows */
function toSum(rows) {
  const sums = [1, 2, 3, 4, 5, 6].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  return ["all", ...sums, "", ""];
}

/** @param {string} name @param {Outcome} outcome @param {number} seed */
function tell(name, { findings }, seed) {
  for (const { what, number, times, saved } of findings.values()) {
    const text = what.split("\n").slice(0, SHOWN_LINES).join("\n    ");
    process.stdout.write(`  ${times} times, first in case ${number}: ${text}\n`);
    process.stdout.write(
      `    inputs: ${saved}; again: --seed ${seed} --only ${JSON.stringify(name)} --case ${number}\n`,
    );
  }
}

/** @param {Options & { case: number }} options */
async function showCase({ seed, only, without, case: number }) {
  for (const target of chooseTargets(only, without)) {
    process.stdout.write(`${target.name}\n${await inputsOf(target, seed, number)}`);
    const folder = mkdtempSync(join(tmpdir(), `fuzz-${seed}-`));
    const outcome = await supervise(target, { seed, inputs: 1, folder, from: number });
    tell(target.name, outcome, seed);
    if (!outcome.isClean) process.exitCode = 1;
    rmSync(folder, { recursive: true });
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else if (options.case !== undefined) await showCase({ ...options, case: options.case });
  else if (!(await fuzz(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
}
