import { fileURLToPath } from "node:url";
import { ProcessIsolator } from "process-isolation";

/**
 * One isolator under test, and what is needed to torment it.
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} episode
 * @property {ProcessIsolator} isolator
 * @property {import("process-isolation").IsolationOptions} options
 * @property {import("../ledger/ledger.mjs").Ledger} ledger
 * @property {import("../random.mjs").Random} random
 * @property {string} work
 */

const WORK = fileURLToPath(new URL("../modules/work.mjs", import.meta.url));

/** So small that it is quickly full. */
const HEAP_MEGABYTES = 40;

/**
 * The isolates of every episode: they differ in how they survive.
 * @type {Readonly<Record<string, (random: import("../random.mjs").Random) => import("process-isolation").IsolationOptions>>}
 */
const ISOLATES = {
  bare: () => ({}),
  narrow: (random) => ({ maxInFlight: random.between(1, 4), standby: random.between(0, 1) }),
  spared: (random) => ({ standby: random.between(1, 2) }),
  watched: (random) => ({ unresponsiveAfterMs: 400, standby: random.between(0, 1) }),
  recycled: (random) => ({ recycle: { afterCalls: random.between(8, 60) }, standby: random.between(0, 1) }),
};

/** What every isolate has. @param {string} name @param {{ mark: string, ledger: string, cwd: string }} place */
export function commonOptions(name, { mark, ledger, cwd }) {
  return {
    name,
    cwd,
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    env: { CHAOS_MARK: mark, CHAOS_LEDGER: ledger, CHAOS_ISOLATE: name },
    restart: { maxRestarts: 1e9, withinMs: 1_000, backoff: { initialMs: 0 } },
    startTimeoutMs: 30_000,
    graceMs: 1_000,
  };
}

/**
 * @param {import("../random.mjs").Random} random
 * @param {import("../ledger/ledger.mjs").Ledger} ledger
 * @param {{ episode: string, mark: string, ledger: string, cwd: string }} place
 * @returns {Promise<Subject[]>}
 */
export function createSubjects(random, ledger, place) {
  return Promise.all(
    Object.entries(ISOLATES).map(async ([name, choose]) => {
      const own = random.fork();
      const options = { ...commonOptions(name, place), ...choose(own) };
      const { maxInFlight, unresponsiveAfterMs, standby } = options;
      ledger("isolate", { isolate: name, maxInFlight, unresponsiveAfterMs, standby });
      const isolator = await ProcessIsolator.create(options);
      for (const event of /** @type {const} */ (["restarted", "recycled"])) {
        isolator.events.on(event, (/** @type {{ pid: number }} */ { pid }) =>
          ledger("event", { isolate: name, name: event, pid }),
        );
      }
      isolator.events.on("unresponsive", ({ pid, diagnosis }) =>
        ledger("event", { isolate: name, name: `unresponsive (${diagnosis})`, pid }),
      );
      isolator.events.on("startFailed", ({ error }) =>
        ledger("event", { isolate: name, name: "startFailed", message: error.message.slice(0, 200) }),
      );
      return { name, episode: place.episode, isolator, options, ledger, random: own, work: WORK };
    }),
  );
}
