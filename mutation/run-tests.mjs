import { join } from "node:path";
import { runCommand } from "../scripts/run-command.mjs";
import { ACTIVE_VARIABLE } from "./instrument.mjs";
import { contained } from "./workshop.mjs";

/**
 * @typedef {object} TestRun
 * @property {readonly string[]} files in the order in which they run
 * @property {string} [mutant] the id of the one that is active; none: the code as it was
 * @property {boolean} [bail] ends at the first test that fails
 * @property {number} [workers] default 1
 * @property {number} [timeoutMs]
 * @property {string} [coverage] a folder for what each test file reaches
 * @property {string} [report] a file for Vitest's report
 */

/**
 * Runs test files in a workshop.
 * @param {string} root
 * @param {TestRun} run
 */
export function runTests(root, { files, mutant, bail = false, workers = 1, timeoutMs, coverage, report }) {
  const reporting = report === undefined ? ["--reporter=dot"] : ["--reporter=json", `--outputFile=${report}`];
  const { command, args } = contained([
    ...[join(root, "node_modules/vitest/vitest.mjs"), "run"],
    ...["--config", "mutation/vitest.config.mjs", `--maxWorkers=${workers}`],
    ...(bail ? ["--bail=1"] : []),
    ...[...reporting, ...files],
  ]);
  return runCommand(command, args, {
    cwd: root,
    env: {
      ...process.env,
      MUTATION_ORDER: JSON.stringify(files),
      ...(coverage === undefined ? {} : { MUTATION_COVERAGE: coverage }),
      ...(mutant === undefined ? {} : { [ACTIVE_VARIABLE]: mutant }),
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}
