// Plays the scenarios of the contract with every pihost of this repository that the machine can run.
// usage: node scripts/conformance.mjs; the last line is `N passed, N failed`
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BAD, checkKnownFailures, readScenarios, runConformance } from "../conformance/runner/index.mjs";
import { addCounts, countOf, NOTHING, printCounts } from "./ci-counts.mjs";
import { ensureBuilt } from "./prepare-workspace.mjs";
import { runCommand } from "./run-command.mjs";
import { runStage } from "./run-stage.mjs";
import { repositoryRoot } from "./workspace.mjs";

const TIMEOUT_MS = 20_000;
const GRPCIO = "grpcio==1.85.3";

/**
 * @typedef {import("./ci-counts.mjs").Counts} Counts
 * @typedef {import("../conformance/runner/index.mjs").Target} Target
 */

const inRepository = (/** @type {string} */ path) => join(repositoryRoot, path);

/** What is judged, made ready in a scratch folder. @type {Readonly<Record<string, (scratch: string) => Promise<Pick<Target, "command" | "module" | "brokenModule">>>>} */
const IMPLEMENTATIONS = {
  node: async () => ({
    command: [process.execPath, inRepository("dist/pihost/boot.cjs")],
    module: "./fixture.mjs",
    brokenModule: "./broken.mjs",
  }),
  python: async (scratch) => ({
    command: [await pythonWithGrpc(scratch), inRepository("pihost/python/process_isolation_pihost")],
    module: "./fixture.py",
    brokenModule: "./broken.py",
  }),
  go: async (scratch) => {
    const program = join(scratch, "go-fixture");
    await must("go", ["build", "-o", program, "."], inRepository("conformance/fixtures/go"));
    return { command: [program], module: "fixture" };
  },
};

/** The interpreter of the stage that tests the Python half, or one of our own. @param {string} scratch */
async function pythonWithGrpc(scratch) {
  const ofTests = join(scratch, "python-tools/bin/python");
  if (existsSync(ofTests) && spawnSync(ofTests, ["-c", "import grpc"]).status === 0) return ofTests;
  const venv = join(scratch, "conformance-python");
  await must("python3", ["-m", "venv", venv]);
  const python = join(venv, "bin/python");
  await must(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", GRPCIO]);
  return python;
}

/** @param {string} command @param {string[]} args @param {string} [cwd] */
async function must(command, args, cwd = repositoryRoot) {
  const { code, output } = await runCommand(command, args, { cwd, timeoutMs: 5 * 60_000 });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed with ${code}:\n${output}`);
}

/** The stage of `.ci/run`. @param {string} scratch a folder for what it makes @returns {Promise<Counts>} */
export async function conformance(scratch) {
  let counts = NOTHING;
  for (const name of Object.keys(IMPLEMENTATIONS)) {
    const own = await judge(name, scratch).catch((/** @type {Error} */ { message }) => {
      process.stdout.write(`${name}: ${message}\n`);
      return countOf(false);
    });
    process.stdout.write(`${name}: ${printCounts(own)}\n`);
    counts = addCounts(counts, own);
  }
  return counts;
}

/** A known failure counts as skipped. @param {string} name @param {string} scratch @returns {Promise<Counts>} */
async function judge(name, scratch) {
  const target = await IMPLEMENTATIONS[name]?.(scratch);
  if (target === undefined) throw new Error("there is no such implementation");
  const scenarios = readScenarios();
  const file = inRepository(`conformance/known-failures/${name}.json`);
  const names = scenarios.map((scenario) => scenario.name);
  const known = checkKnownFailures(JSON.parse(readFileSync(file, "utf8")), names);
  const from = inRepository(`conformance/fixtures/${name}`);
  const results = await runConformance({ ...target, from, timeoutMs: TIMEOUT_MS }, { scenarios, known });
  for (const { name: scenario, verdict, why } of results) {
    if (verdict !== "passed") process.stdout.write(`${name}: ${verdict}: ${scenario}: ${why}\n`);
  }
  const count = (/** @type {(verdict: string) => boolean} */ isCounted) =>
    results.filter(({ verdict }) => isCounted(verdict)).length;
  return {
    passed: count((verdict) => verdict === "passed"),
    failed: count((verdict) => BAD.includes(verdict)),
    skipped: count((verdict) => verdict === "skipped" || verdict === "known"),
  };
}

await runStage(import.meta.url, async (scratch) => {
  await ensureBuilt();
  return conformance(scratch);
});
