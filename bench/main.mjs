// Runs the benchmark with this Node, on the package as it is built. `npm run bench` (scripts/bench.mjs) builds first.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../scripts/workspace.mjs";
import { CASES } from "./cases/index.mjs";
import { readOptions, USAGE } from "./options.mjs";
import { OURS } from "./peers/index.mjs";
import { drawCharts } from "./plot/draw-charts.mjs";
import { describeMachine, load } from "./report/machine.mjs";
import { caseText, cautionText, LEGEND, machineText, targetsText, toMarkdown } from "./report/report.mjs";
import { readResults, writeResults } from "./report/results.mjs";

/** @typedef {import("./report/results.mjs").Results} Results @typedef {ReturnType<typeof readOptions>} Options */

const SAVED = join(repositoryRoot, "docs/benchmarks");
const UNSAVED = join(repositoryRoot, "node_modules/.cache/bench");

/** A paragraph, unless there is nothing to say. @param {string} text */
function print(text) {
  if (text !== "") process.stdout.write(`${text}\n\n`);
}

/** @param {Options} options @returns {Promise<Results>} */
async function measure({ cases, effort, peers }) {
  const before = load();
  const date = new Date().toISOString();
  const machine = describeMachine();
  const series = [];
  for (const one of cases) {
    const own = await one.run({ effort, peers });
    print(caseText(one, own));
    series.push(...own);
  }
  return { version: 1, date, effort: effort.name, machine, load: { before, after: load() }, series };
}

/** @param {string} path @returns {Results} */
function show(path) {
  const results = readResults(path);
  for (const one of CASES) {
    const own = results.series.filter((each) => each.case === one.name);
    if (own.length > 0) print(caseText(one, own));
  }
  return results;
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  print(LEGEND);
  const results = options.from === undefined ? await measure(options) : show(options.from);
  print(targetsText(results.series));
  print(machineText(results));
  print(cautionText(results));

  const name = `node${Number.parseInt(results.machine.node.slice(1), 10)}`;
  const saved = options.into ?? SAVED;
  const file = join(options.save ? saved : UNSAVED, `results-${name}.json`);
  if (options.save || options.from === undefined) writeResults(file, results);
  if (options.save) writeFileSync(file.replace(/json$/, "md"), toMarkdown(results));
  print(options.from === undefined || options.save ? `figures: ${file}` : "");
  if (options.plot) print(`charts:\n${drawCharts(results, saved, name).join("\n")}`);
  if (results.series.some(({ failures }) => OURS in failures)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
}
