// What .ci/run does once it has a Node: every stage, a count for each, and the sum as the last line.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ensureBrowser } from "./browser.mjs";
import { ensureSandboxTools } from "./bubblewrap.mjs";
import { addCounts, countOf, countVitest, failuresOfVitest, NOTHING, printCounts } from "./ci-counts.mjs";
import { conformance } from "./conformance.mjs";
import { contractLanguages } from "./contract-languages.mjs";
import { foreignErrors } from "./foreign-errors.mjs";
import { goTests } from "./go-tests.mjs";
import { ensureGrpcurl } from "./grpcurl.mjs";
import { NODE_MAJORS, nodeOfLine } from "./node-versions.mjs";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { ensurePromtool } from "./promtool.mjs";
import { pythonTests } from "./python-tests.mjs";
import { ensureRedis } from "./redis.mjs";
import { fetchTool } from "./registry-tools.mjs";
import { runNode } from "./run-command.mjs";
import { smokeHosts } from "./smoke-hosts.mjs";
import { smokeRecipes } from "./smoke-recipes.mjs";
import { smokeTest } from "./smoke-test.mjs";
import { smokeWindows } from "./smoke-windows.mjs";
import { cacheDirectory, repositoryRoot } from "./workspace.mjs";

const MINUTE_MS = 60_000;

/**
 * @typedef {import("./ci-counts.mjs").Counts} Counts
 * @typedef {{ name: string, run: (scratch: string) => Promise<Counts> }} Stage
 */

/** @type {readonly Stage[]} */
const stages = [
  { name: "tools", run: offerTools },
  { name: "check", run: async () => countOf(await succeeds("check.mjs", [], 5 * MINUTE_MS)) },
  { name: "tests", run: runTests },
  { name: "chaos", run: async () => countOf(await succeeds("chaos.mjs", ["--seconds", "60"], 5 * MINUTE_MS)) },
  { name: "contract in six languages", run: contractLanguages },
  { name: "errors in Rust and Java", run: foreignErrors },
  { name: "demo", run: async () => countOf(await succeeds("demo.mjs", [], 5 * MINUTE_MS)) },
  { name: "python", run: pythonTests },
  { name: "conformance", run: conformance },
  { name: "go", run: goTests },
  // It uses packages, which are not there before the workspace is prepared.
  { name: "gRPC interoperability", run: async () => (await import("./interop.mjs")).interop() },
  { name: "installed package", run: smokeTest },
  { name: "hosts", run: smokeHosts },
  { name: "bundling", run: smokeRecipes },
  { name: "Windows", run: smokeWindows },
];

/** Runs one of the scripts beside this one, its output going straight to ours. */
async function succeeds(/** @type {string} */ script, /** @type {string[]} */ args, /** @type {number} */ timeoutMs) {
  const { code } = await runNode([join(repositoryRoot, "scripts", script), ...args], {
    cwd: repositoryRoot,
    inherit: true,
    timeoutMs,
  });
  return code === 0;
}

/** @type {Stage["run"]} */
async function runTests(scratch) {
  const report = join(scratch, "vitest.json");
  const args = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const passed = await succeeds("test.mjs", args, 25 * MINUTE_MS);
  const counts = countVitest(report, passed);
  if (counts.failed > 0) problems.push(...failuresOfVitest(report).map((failure) => `tests: ${failure}`));
  return counts;
}

/**
 * Fetches what the tests use: every line of Node, other runtimes, a real grpcurl on the path, what makes sandboxes, and a
 * browser. Each counts as one
 * that passed or failed: without it there are tests that cannot tell anything.
 *
 * @type {Stage["run"]}
 */
async function offerTools() {
  const grpcurl = ensureGrpcurl().then((path) => {
    if (path === undefined) return "grpcurl could not be built: that takes Go, and its module proxy";
    process.stdout.write(`grpcurl: ${path}\n`);
    process.env.PATH = `${dirname(path)}${delimiter}${process.env.PATH}`;
    return undefined;
  });
  const nodes = NODE_MAJORS.map((major) =>
    nodeOfLine(major).then(
      () => undefined,
      (/** @type {Error} */ { message }) => message,
    ),
  );
  const tools = /** @type {const} */ (["bun", "deno", "postject"]).map((name) =>
    fetchTool(name).then(
      () => undefined,
      (/** @type {Error} */ { message }) => message,
    ),
  );
  const missing = await Promise.all([grpcurl, ensureDebianTools(), ...nodes, ...tools]);
  for (const tool of missing) if (tool !== undefined) problems.push(`missing: ${tool}`);
  return missing.map((tool) => countOf(tool === undefined)).reduce(addCounts, NOTHING);
}

/** One after the other: apt-get runs alone. */
async function ensureDebianTools() {
  const missing = [
    await ensureSandboxTools(),
    await ensurePromtool(),
    await ensureBrowser(),
    await ensureRedis(),
  ].filter((why) => why !== undefined);
  return missing.length === 0 ? undefined : missing.join("; ");
}

await prepareOrGiveUp();
mkdirSync(cacheDirectory, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), "ci-"));
/** What failed, by name: repeated at the end, since whoever reads a long log begins there. @type {string[]} */
const problems = [];
let total = NOTHING;
try {
  for (const { name, run } of stages) {
    process.stdout.write(`\n=== ${name}\n`);
    const startedAt = Date.now();
    const counts = await run(scratch).catch((error) => {
      process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
      return countOf(false);
    });
    process.stdout.write(`=== ${name}: ${printCounts(counts)} (${((Date.now() - startedAt) / 1000).toFixed(0)} s)\n`);
    if (counts.failed > 0) problems.push(`${name}: ${printCounts(counts)}`);
    total = addCounts(total, counts);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = total.failed === 0 ? 0 : 1;
if (problems.length > 0) process.stdout.write(`\nfailed:\n${problems.map((problem) => `- ${problem}\n`).join("")}`);
process.stdout.write(`\n${printCounts(total)}\n`);

/** Without dependencies and a build there is nothing to judge, but the last line must be there all the same. */
async function prepareOrGiveUp() {
  const sayWhy = () => process.stdout.write(`${printCounts(countOf(false))}\n`);
  process.once("exit", sayWhy);
  await prepareWorkspace();
  process.removeListener("exit", sayWhy);
}
