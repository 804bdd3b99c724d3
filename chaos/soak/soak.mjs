import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ProcessIsolator } from "process-isolation";
import { toTable } from "../table.mjs";
import { createRunDirectory } from "../watch/run-directory.mjs";
import { takeFigures } from "./figures.mjs";

const MODULE = fileURLToPath(new URL("../modules/occupations.mjs", import.meta.url));

/** What the host may have grown by since the first quarter of the restarts, in which V8's heap and the allocator find their size. */
const MOST_RSS_MEGABYTES = 3;
/** After so many restarts everything that is made once has been made. */
const WARM_UP = 200;
const LINES = 20;
/** In which spares, sweeps and timers of the last restart have come to rest. */
const REST_MS = 1_500;

/** @param {import("process-isolation").IsolationOptions} options */
const create = (options) =>
  ProcessIsolator.create({ ...options, restart: { maxRestarts: 1e9, withinMs: 1_000, backoff: { initialMs: 0 } } });

/**
 * Restarts isolates, one with a spare and one without, and prints what the host holds in between.
 * @param {import("../options.mjs").Options} options
 * @returns {Promise<boolean>} whether the host has not grown
 */
export async function runSoak({ restarts }) {
  const directory = createRunDirectory();
  Object.assign(process.env, directory.environment);
  const isolators = await Promise.all([create({}), create({ standby: 1 })]);
  const files = () => directory.leftovers().flatMap(everythingIn);
  const look = async (/** @type {number} */ done) => {
    await sleep(REST_MS);
    const figures = await takeFigures(files);
    process.stdout.write(`${done} restarts: ${JSON.stringify(figures, roundNumbers)}\n`);
    return { done, ...figures };
  };
  await restartAll(isolators, WARM_UP);
  const before = await look(WARM_UP);
  const samples = [before];
  const step = Math.max(100, Math.round(restarts / LINES));
  for (let done = WARM_UP; done < WARM_UP + restarts; ) {
    const next = Math.min(step, WARM_UP + restarts - done);
    await restartAll(isolators, next);
    done += next;
    samples.push(await look(done));
  }
  const after = /** @type {typeof before} */ (samples.at(-1));
  await Promise.all(isolators.map((isolator) => isolator.shutdown()));
  const head = Object.keys(before);
  const rows = samples.map((sample) => Object.values(sample).map((value) => Number(value.toFixed(1))));
  process.stdout.write(`\n${toTable(head, rows)}\n\n`);
  directory.remove();
  return verdict(before, after, samples[Math.floor(samples.length / 4)] ?? before);
}

/** @param {readonly ProcessIsolator[]} isolators @param {number} restarts of all together */
async function restartAll(isolators, restarts) {
  await Promise.all(
    isolators.map(async (isolator) => {
      for (let left = restarts / isolators.length; left > 0; left -= 1) {
        process.kill(isolator.pid, "SIGKILL");
        await isolator.invoke(MODULE, "nothing", [], { idempotent: true });
      }
    }),
  );
}

/** @typedef {import("./figures.mjs").Figures} Figures @param {Figures} before @param {Figures} after @param {Figures} settled */
function verdict(before, after, settled) {
  const grown = after.rssMegabytes - settled.rssMegabytes;
  const failures = [];
  if (grown > MOST_RSS_MEGABYTES) failures.push(`rss grew by ${grown.toFixed(1)} MB`);
  for (const name of /** @type {const} */ (["descriptors", "handles", "listeners", "children", "files"])) {
    if (after[name] > before[name]) failures.push(`${name} grew from ${before[name]} to ${after[name]}`);
  }
  const text = failures.length === 0 ? `flat: rss ${grown.toFixed(1)} MB, nothing else` : failures.join("; ");
  process.stdout.write(`growth of the host: ${text}\n`);
  return failures.length === 0;
}

/** @param {string} path @returns {string[]} */
function everythingIn(path) {
  try {
    return [path, ...readdirSync(path, { recursive: true }).map((name) => join(path, String(name)))];
  } catch {
    return [path];
  }
}

/** @param {string} _ @param {unknown} value */
function roundNumbers(_, value) {
  return typeof value === "number" ? Math.round(value * 10) / 10 : value;
}
