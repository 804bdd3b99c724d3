// What the Python half must pass, with its own tools: format, lint, types, tests, and the example with numpy.
// usage: node scripts/python-tests.mjs; the last line is `N passed, N failed`
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { ensureGrpcurl } from "./grpcurl.mjs";
import { runCommand, runNode } from "./run-command.mjs";
import { runStage } from "./run-stage.mjs";
import { repositoryRoot } from "./workspace.mjs";

const MINUTE_MS = 60_000;
const TOOLS = ["pytest==9.2.0", "ruff==0.17.6", "mypy==2.4.1", "grpcio==1.85.3"];
const PROJECTS = [
  { folder: "pihost/python", packages: ["process_isolation_pihost"] },
  { folder: "clients/python", packages: ["process_isolation"] },
];

/** @typedef {import("./ci-counts.mjs").Counts} Counts */

/**
 * The stage of `.ci/run`: needs Python 3.9 or newer with `venv`, PyPI, and for grpcurl Go.
 *
 * @param {string} scratch a folder for what it makes
 * @returns {Promise<Counts>}
 */
export async function pythonTests(scratch) {
  const venv = join(scratch, "python-tools");
  const python = join(venv, "bin/python");
  if (!(await succeeds("python3", ["-m", "venv", venv]))) return countOf(false);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...TOOLS];
  if (!(await succeeds(python, install, { timeoutMs: 5 * MINUTE_MS }))) return countOf(false);
  const grpcurl = (await ensureGrpcurl()) ?? "";
  let counts = NOTHING;
  for (const { folder, packages } of PROJECTS) {
    const cwd = join(repositoryRoot, folder);
    const env = {
      ...process.env,
      PYTHONPATH: PROJECTS.map((project) => join(repositoryRoot, project.folder)).join(":"),
      PIHOST_GRPCURL: grpcurl,
    };
    const checks = [
      ["ruff", "format", "--check", "--no-cache", "."],
      ["ruff", "check", "--no-cache", "."],
      ["mypy", "--cache-dir", join(scratch, "mypy"), ...packages],
    ];
    for (const check of checks)
      counts = addCounts(counts, countOf(await succeeds(python, ["-m", ...check], { cwd, env })));
    counts = addCounts(counts, await runPytest(python, { cwd, env }, join(scratch, "pytest.xml")));
  }
  const example = await runNode([join(repositoryRoot, "examples/python-library/main.mjs")], {
    cwd: repositoryRoot,
    inherit: true,
    timeoutMs: 5 * MINUTE_MS,
  });
  return addCounts(counts, countOf(example.code === 0));
}

/** @param {string} python @param {{ cwd: string, env: NodeJS.ProcessEnv }} options @param {string} report */
async function runPytest(python, options, report) {
  rmSync(report, { force: true });
  const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", `--junit-xml=${report}`];
  const passed = await succeeds(python, args, { ...options, timeoutMs: 10 * MINUTE_MS });
  return countJunit(report, passed);
}

/** @param {string} report @param {boolean} succeeded @returns {Counts} */
function countJunit(report, succeeded) {
  let text = "";
  try {
    text = readFileSync(report, "utf8");
  } catch {
    return countOf(false);
  }
  const number = (/** @type {string} */ name) =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = number("errors") + number("failures");
  const counts = { passed: number("tests") - failed - number("skipped"), failed, skipped: number("skipped") };
  return !succeeded && failed === 0 ? addCounts(counts, countOf(false)) : counts;
}

/** @param {string} command @param {string[]} args @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] */
async function succeeds(command, args, options = {}) {
  const env = { ...(options.env ?? process.env), PYTHONDONTWRITEBYTECODE: "1" };
  const result = await runCommand(command, args, { timeoutMs: 2 * MINUTE_MS, ...options, env, inherit: true }).catch(
    (/** @type {Error} */ { message }) => {
      process.stdout.write(`${command}: ${message}\n`);
      return undefined;
    },
  );
  return result?.code === 0;
}

await runStage(import.meta.url, pythonTests);
