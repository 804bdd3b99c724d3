// What the Go half must pass, with its own tools: gofmt, go vet, tests with the race detector, and short fuzzing.
// usage: node scripts/go-tests.mjs; the last line is `N passed, N failed`
import { join } from "node:path";
import { addCounts, countOf, NOTHING, printCounts } from "./ci-counts.mjs";
import { runCommand } from "./run-command.mjs";
import { runStage } from "./run-stage.mjs";
import { repositoryRoot } from "./workspace.mjs";

const MINUTE_MS = 60_000;
const MODULES = ["pihost/go", "clients/go", "test/go/fixture", "bench/go-plugin"];
const TESTED = ["pihost/go", "clients/go"];
const FUZZED = [
  ["./wire", "FuzzParseFrame"],
  ["./values", "FuzzDecode"],
];

/** @typedef {import("./ci-counts.mjs").Counts} Counts */

/**
 * The stage of `.ci/run`: needs Go, its module proxy (for the benchmark alone), and the built package.
 *
 * @returns {Promise<Counts>}
 */
export async function goTests() {
  let counts = NOTHING;
  const add = (/** @type {Counts} */ more) => {
    counts = addCounts(counts, more);
  };
  for (const folder of MODULES) {
    add(countOf(await isFormatted(folder)));
    add(countOf((await go(folder, ["vet", "./..."])).passed));
  }
  for (const folder of TESTED) add(await runTests(folder));
  for (const [path, name] of FUZZED) {
    const args = ["test", /** @type {string} */ (path), "-run=^$", `-fuzz=^${name}$`, "-fuzztime=10s"];
    add(countOf((await go("pihost/go", args)).passed));
  }
  return counts;
}

async function isFormatted(/** @type {string} */ folder) {
  const { code, output } = await command("gofmt", ["-l", "."], folder);
  if (output !== "") process.stdout.write(`not formatted in ${folder}:\n${output}`);
  return code === 0 && output === "";
}

/** Counts the tests of a module, subtests included, from the events of `go test -json`. @returns {Promise<Counts>} */
async function runTests(/** @type {string} */ folder) {
  const { stdout, passed } = await go(folder, ["test", "-race", "-count=1", "-json", "./..."]);
  const counts = { ...NOTHING };
  /** @type {Map<string, string>} */
  const printed = new Map();
  for (const line of stdout.split("\n").filter((text) => text.startsWith("{"))) {
    const { Action, Package, Test, Output = "" } = JSON.parse(line);
    const name = `${Package} ${Test ?? ""}`;
    if (Action === "output") printed.set(name, (printed.get(name) ?? "") + Output);
    if (Action === "fail") process.stdout.write(printed.get(name) ?? "");
    if (Test === undefined) continue;
    if (Action === "pass") counts.passed++;
    else if (Action === "fail") counts.failed++;
    else if (Action === "skip") counts.skipped++;
  }
  process.stdout.write(`${folder}: ${printCounts(counts)}\n`);
  return counts.failed === 0 && (!passed || counts.passed === 0) ? addCounts(counts, countOf(false)) : counts;
}

async function go(/** @type {string} */ folder, /** @type {string[]} */ args) {
  const { code, stdout, output } = await command("go", args, folder);
  if (code !== 0 && !args.includes("-json")) process.stdout.write(`go ${args.join(" ")} in ${folder}:\n${output}`);
  return { passed: code === 0, stdout };
}

async function command(/** @type {string} */ name, /** @type {string[]} */ args, /** @type {string} */ folder) {
  const options = { cwd: join(repositoryRoot, folder), timeoutMs: 10 * MINUTE_MS };
  return runCommand(name, args, options).catch((/** @type {Error} */ { message }) => {
    process.stdout.write(`${name}: ${message}\n`);
    return { code: 1, stdout: "", output: message };
  });
}

await runStage(import.meta.url, goTests);
