import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { runTests } from "./run-tests.mjs";

/**
 * What is known of one test file.
 * @typedef {{ file: string, reached: ReadonlySet<string>, ms: number }} TestFile
 */

/**
 * Runs the tests once with every mutant dormant: they have to pass, and tell what each reaches and how long it takes.
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
  const { testResults, success } = readReport(report, output);
  const failed = testResults.filter(({ status }) => status !== "passed").map(({ name }) => name);
  if (!success) throw new Error(`these tests fail before anything is changed:\n${failed.join("\n")}\n${output}`);
  const times = new Map(testResults.map(({ name, startTime, endTime }) => [name, endTime - startTime]));
  return readdirSync(coverage).map((name) => {
    const { file, reached } = JSON.parse(readFileSync(join(coverage, name), "utf8"));
    return { file: relative(root, file), reached: new Set(reached), ms: times.get(file) ?? 0 };
  });
}

/**
 * @param {string} path
 * @param {string} output
 * @returns {{ success: boolean, testResults: { name: string, status: string, startTime: number, endTime: number }[] }}
 */
function readReport(path, output) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new Error(`the tests did not run:\n${output}`);
  }
}
