// Do the tests notice when the code is changed? `npm run mutate` (scripts/mutate.mjs) installs first.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../chaos/random.mjs";
import { chooseMutants, isIn } from "./choose.mjs";
import { dryRun } from "./dry-run.mjs";
import { instrument } from "./instrument.mjs";
import { ROOMS, readOptions, USAGE } from "./options.mjs";
import { describe, scoreOf, toReport } from "./report.mjs";
import { tryMutant } from "./try-mutant.mjs";
import { build, createWorkshop } from "./workshop.mjs";

/** Not the whole suite: the tests of these rooms, and of the one that they stand on. */
const TESTS = [...ROOMS.map((room) => `test/${room}`), "test/codec"];

/** @param {import("./options.mjs").Options} options @returns {Promise<boolean>} whether every room reaches the floor */
async function mutate({ rooms, mutants: count, seed, lanes, floor }) {
  process.stdout.write(`seed ${seed}, Node ${process.version}\n`);
  const workshop = await createWorkshop();
  try {
    const { root } = workshop;
    const mutants = await instrument(
      root,
      rooms.flatMap((room) => sourcesOf(root, room)),
    );
    await build(workshop);
    process.stdout.write(`${mutants.length} mutants; the tests run once without any …\n`);
    const tests = await dryRun(root, TESTS, lanes);
    const chosen = chooseMutants(mutants, rooms, count, new Random(seed));
    const trials = await inLanes(lanes, chosen, async (mutant) => {
      const trial = await tryMutant(root, mutant, tests);
      process.stdout.write(`${describe(trial)}\n`);
      return trial;
    });
    process.stdout.write(`\n${toReport(trials, rooms)}\n`);
    return rooms.every((room) => scoreOf(trials.filter(({ file }) => isIn(file, room))) >= floor);
  } finally {
    workshop.remove();
  }
}

/** @type {Readonly<Partial<Record<NodeJS.Platform, string>>>} */
const NAMES = { darwin: "macos", win32: "windows" };

/** What only other systems run. */
const ELSEWHERE = ["linux", "macos", "windows"].filter(
  (system) => system !== (NAMES[process.platform] ?? process.platform),
);

/** @param {string} root @param {string} room */
function sourcesOf(root, room) {
  const folder = join("src", room);
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("index.ts"))
    .filter((name) => !ELSEWHERE.some((system) => name.endsWith(`.${system}.ts`)))
    .map((name) => join(folder, name));
}

/**
 * @template Item, Result
 * @param {number} lanes
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<Result>} work
 */
async function inLanes(lanes, items, work) {
  const left = [...items];
  /** @type {Result[]} */
  const results = [];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else process.exitCode = (await mutate(options)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
