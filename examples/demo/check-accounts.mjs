/** From this many files on, every plug-in that misbehaves must have done so. */
const ENOUGH_FILES = 40;

/**
 * @typedef {object} Run
 * @property {readonly string[]} paths the files that went in
 * @property {readonly import("./build-site.mjs").FileOutcome[]} outcomes
 * @property {readonly import("./plugin.mjs").Plugin[]} plugins
 * @property {readonly (import("process-isolation").HostStatus | undefined)[]} statuses what each isolate says of itself
 * @property {boolean} interrupted
 */

/**
 * Compares figures that were counted independently of each other. Returns what does not add up.
 *
 * @param {Run} run
 * @returns {string[]}
 */
export function checkAccounts(run) {
  return [...checkFiles(run), ...run.plugins.flatMap((plugin, index) => checkPlugin(plugin, run, index))];
}

/** @param {Run} run */
function checkFiles({ paths, outcomes, interrupted }) {
  const problems = createList();
  const accounted = new Set(outcomes.map(({ path }) => path));
  problems.expect("files accounted for more than once", outcomes.length - accounted.size, 0);
  if (!interrupted) problems.expect("files without an outcome", paths.filter((path) => !accounted.has(path)).length, 0);
  const empty = outcomes.filter(({ failure, size }) => failure === undefined && size.markdown > 0 && size.html === 0);
  problems.expect("rendered files without HTML", empty.length, 0);
  return problems.found;
}

/** @param {import("./plugin.mjs").Plugin} plugin @param {Run} run @param {number} index */
function checkPlugin(plugin, { outcomes, statuses, interrupted }, index) {
  const { name, calls, counts, restarts, exits, surprises } = plugin;
  const { ok, threw, crashed, stopped } = counts;
  const problems = createList(`${name}: `);
  problems.found.push(...surprises.map((surprise) => `${name}: ${surprise}`));
  problems.expect("outcomes of calls", ok + threw + crashed + stopped, calls);
  problems.expect("calls", calls, outcomes.filter(({ wasRead }) => wasRead).length);
  problems.expect("files without its part", outcomes.filter(({ missing }) => missing.has(name)).length, calls - ok);
  const asked = (exits.get("requested") ?? 0) + (exits.get("terminated") ?? 0);
  const ended = [...exits.values()].reduce((sum, count) => sum + count, 0);
  const status = statuses[index];
  if (status !== undefined) {
    problems.expect("processes that ended when asked to", asked, 1);
    problems.expect("processes that ended by themselves", ended - asked, status.restarts);
    problems.expect("restarts seen", restarts, status.restarts);
  }
  if (status?.restarts === 0) {
    problems.expect("calls returned, by the isolate's own count", status.callsDone, ok);
    problems.expect("calls that threw, by the isolate's own count", status.callsFailed, threw);
  }
  if (!interrupted && outcomes.length >= ENOUGH_FILES) {
    if (plugin.mustCrash) problems.expect("has crashed", restarts > 0, true);
    if (plugin.mustThrow) problems.expect("has thrown", threw > 0, true);
  }
  return problems.found;
}

/** @param {string} [prefix] */
function createList(prefix = "") {
  /** @type {string[]} */
  const found = [];
  return {
    found,
    /** @param {string} what @param {number | boolean} actual @param {number | boolean} expected */
    expect(what, actual, expected) {
      if (actual !== expected) found.push(`${prefix}${what}: ${actual}, expected ${expected}`);
    },
  };
}
