import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { runTests } from "./run-tests.mjs";

/**
 * What is known of one test file.
 * @typedef {{ file: string, reached: ReadonlySet<string>, ms: number }} TestFile
 */

/** The share of the test files that may fail before anything is changed. */
const FAILING_SHARE = 0.05;

/**
 * Runs the tests once with every mutant dormant: tells what each reaches and how long it takes. Code that is all its mutants at
 * once is slower, so a test that measures may fail: its file is left out, and said.
 * @param {string} root
 * @param {readonly string[]} tests files or folders
 * @param {number} workers
 * @returns {Promise<TestFile[]>}
 */
export async function dryRun(root, tests, workers) {
  const coverage = join(root, ".mutation-coverage");
  mkdirSync(coverage);
  const report = join(root, ".mutation-report.json");
  const { output } = await runTests(root, { files: tests, workers, coverage, report });
  const { testResults } = readReport(report, output);
  const failed = new Set(testResults.filter(({ status }) => status !== "passed").map(({ name }) => name));
  const list = [...failed].join("\n");
  if (failed.size > FAILING_SHARE * testResults.length) {
    throw new Error(`these tests fail before anything is changed:\n${list}\n${output}`);
  }
  if (failed.size > 0) process.stdout.write(`left out, because they fail before anything is changed:\n${list}\n`);
  const times = new Map(testResults.map(({ name, startTime, endTime }) => [name, endTime - startTime]));
  return readdirSync(coverage)
    .map((name) => JSON.parse(readFileSync(join(coverage, name), "utf8")))
    .filter(({ file }) => !failed.has(file))
    .map(({ file, reached }) => ({ file: relative(root, file), reached: new Set(reached), ms: times.get(file) ?? 0 }));
}

/**
 * @param {string} path
 * @param {string} output
 * @returns {{ testResults: { name: string, status: string, startTime: number, endTime: number }[] }}
 */
function readReport(path, output) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new Error(`the tests did not run:\n${output}`);
  }
}
