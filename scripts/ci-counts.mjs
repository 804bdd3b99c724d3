import { existsSync, readFileSync } from "node:fs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * What is read of one test file in Vitest's JSON report.
 * @typedef {{ fullName: string, status: string, failureMessages: string[] }} VitestTest
 * @typedef {{ name: string, status: string, message: string, assertionResults: VitestTest[] }} VitestFile
 */

/** @type {Counts} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/** One thing that passed or failed. @param {boolean} passed @returns {Counts} */
export function countOf(passed) {
  return { ...NOTHING, [passed ? "passed" : "failed"]: 1 };
}

/** @param {Counts} left @param {Counts} right @returns {Counts} */
export function addCounts(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** `N passed, N failed`, and `, N skipped` if any were. @param {Counts} counts */
export function printCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * The counts of a Vitest run from its JSON report. A run that failed without a failed test (a file that does not
 * load, something left behind) counts as one failure, and so does a run without tests.
 * @param {string} report
 * @param {boolean} succeeded whether Vitest ended with 0
 * @returns {Counts}
 */
export function countVitest(report, succeeded) {
  if (!existsSync(report)) return countOf(false);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8"));
  const counts = { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  const unexplained = numFailedTests === 0 && (!succeeded || numPassedTests === 0);
  return unexplained ? addCounts(counts, countOf(false)) : counts;
}

/**
 * The full names of the tests that failed in a Vitest run, each with its file and the first line of its error; and the files that did not load.
 * @param {string} report
 * @returns {string[]}
 */
export function failuresOfVitest(report) {
  if (!existsSync(report)) return ["there is no report of the tests: Vitest did not come to its end"];
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  return testResults.flatMap((/** @type {VitestFile} */ { name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    const unloaded = status === "failed" && failed.length === 0 ? [`${name}: ${firstLine(message)}`] : [];
    return [...unloaded, ...failed.map((test) => `${name}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`)];
  });
}

/** @param {string | undefined} text */
function firstLine(text) {
  return (text ?? "").split("\n", 1)[0];
}
