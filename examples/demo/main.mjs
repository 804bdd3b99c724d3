// The demo: renders the Markdown files of this repository and of its installed dependencies, with four plug-ins that
// each live in an isolate. One segfaults, one leaks until its heap is full, one throws, and the job gets done.
//
//   npm run demo [-- --files 40] [--list]
import { constants } from "node:os";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSite } from "./build-site.mjs";
import { checkAccounts } from "./check-accounts.mjs";
import { listMarkdownFiles } from "./markdown-files.mjs";
import { Plugin } from "./plugin.mjs";
import { PLUGINS } from "./plugin-definitions.mjs";
import { createProgress } from "./progress.mjs";
import { report } from "./report.mjs";

const SHOWN_PROBLEMS = 20;

const { values } = parseArgs({
  options: {
    // Only the first so many.
    files: { type: "string" },
    // Says of every file what became of it.
    list: { type: "boolean", default: false },
  },
});

if (values.files !== undefined && !/^[1-9]\d*$/.test(values.files)) {
  console.error(`--files must be a whole number from 1; received ${values.files}`);
  process.exit(2);
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const paths = listMarkdownFiles(root).slice(0, Number(values.files ?? Number.POSITIVE_INFINITY));
const startedAt = performance.now();
const plugins = await startAll();
const stop = stopOnSignal();

const progress = createProgress(paths.length, () => {
  const crashes = plugins.reduce((sum, { restarts }) => sum + restarts, 0);
  return `${crashes} crashes survived`;
});
const outcomes = await buildSite(paths, plugins, { signal: stop.signal, onFile: progress.update });
const elapsedMs = performance.now() - startedAt;
const interrupted = stop.signal.aborted;
const statuses = interrupted ? [] : await Promise.all(plugins.map((plugin) => plugin.status()));
await Promise.all(plugins.map((plugin) => plugin.shutdown(interrupted ? "interrupted" : "done")));
progress.end();

const run = { paths, outcomes, plugins, statuses, interrupted };
if (values.list) for (const outcome of outcomes) console.log(describe(outcome));
console.log(`${report(run, elapsedMs)}\n`);

const problems = checkAccounts(run);
for (const problem of problems.slice(0, SHOWN_PROBLEMS)) console.log(`does not add up: ${problem}`);
if (problems.length > SHOWN_PROBLEMS) console.log(`… and ${problems.length - SHOWN_PROBLEMS} more`);
if (problems.length === 0) console.log(interrupted ? "interrupted; what was done adds up" : "everything adds up");
process.exitCode = problems.length > 0 ? 1 : stop.exitCode();

/** Starts all plug-ins, or none. */
async function startAll() {
  const starts = await Promise.allSettled(PLUGINS.map((definition) => Plugin.start(definition)));
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const failed = starts.find((start) => start.status === "rejected");
  if (failed === undefined) return started;
  await Promise.all(started.map((plugin) => plugin.terminate()));
  throw failed.reason;
}

/** The first signal lets the files that were begun finish, the second one kills the plug-ins. */
function stopOnSignal() {
  const controller = new AbortController();
  /** @type {"SIGINT" | "SIGTERM" | undefined} */
  let received;
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    process.on(signal, () => {
      if (controller.signal.aborted) for (const plugin of plugins) void plugin.terminate();
      received ??= signal;
      controller.abort();
    });
  }
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? 0 : 128 + constants.signals[received]),
  };
}

/** @param {import("./build-site.mjs").FileOutcome} outcome */
function describe({ path, failure, missing }) {
  const parts = [...missing].map(([name, why]) => `${name} ${why}`);
  const state = failure === undefined ? "rendered" : `failed (${failure})`;
  return [`${state}  ${relative(root, path)}`, ...parts].join("\n  but ");
}
