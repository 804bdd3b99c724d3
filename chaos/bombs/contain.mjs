import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ProcessIsolator } from "process-isolation";
import { describeProcess, endProcess, processesMarked } from "../watch/processes.mjs";
import { MODULE } from "./bombs.mjs";
import { BombSite } from "./explode.mjs";
import { median } from "./statistics.mjs";

/** After which everything that is made once has been made. */
const WARM_UP = 5;
/** What the host's heap may grow by over all bombs of a kind. Its rss goes up and down by more than that by itself. */
const MOST_HEAP_MEGABYTES = 8;
/** In which everything that a bomb has started is gone, in milliseconds. */
const GONE_MS = 3_000;

/** @typedef {{ row: (string | number)[], wrongs: string[] }} Containment */

export const CONTAINMENT_HEAD = [
  "bomb",
  "limit",
  "mechanism",
  "runs",
  "right reason",
  "median ms",
  "host heap, MB",
  "host rss, MB",
];

/**
 * Sets one bomb off so many times; a witness beside it must not notice.
 * @param {import("./bombs.mjs").Bomb} bomb
 * @param {number} times
 * @returns {Promise<Containment>}
 */
export async function contain(bomb, times) {
  const mark = randomBytes(8).toString("hex");
  const witness = await ProcessIsolator.create({ restart: false });
  const site = await BombSite.open(bomb, { env: { BOMB_MARK: mark } });
  const durations = [];
  const wrongs = [];
  let right = 0;
  let before = await restingMemory();
  for (let run = 1; run <= times; run += 1) {
    const { ms, wrong } = await site.explode();
    durations.push(ms);
    if (wrong === undefined) right += 1;
    else wrongs.push(`${bomb.name}, run ${run} (${site.mechanism}): ${wrong}`);
    await witness.invoke(MODULE, "harmless");
    if (run === WARM_UP && times > WARM_UP) before = await restingMemory();
  }
  const after = await restingMemory();
  const [heap, rss] = [after.heap - before.heap, after.rss - before.rss];
  if (heap > MOST_HEAP_MEGABYTES) wrongs.push(`${bomb.name}: the host's heap grew by ${heap.toFixed(1)} MB`);
  await site.close();
  wrongs.push(...(await leftBy(mark)).map((left) => `${bomb.name} left ${left}`));
  await witness.shutdown();
  const row = [bomb.name, bomb.limit, site.mechanism, times, `${right} of ${times}`, Math.round(median(durations))];
  return { row: [...row, heap.toFixed(1), rss.toFixed(1)], wrongs };
}

/** What is still there of those processes after a while; it is ended then. @param {string} mark */
async function leftBy(mark) {
  for (const startedAt = performance.now(); performance.now() - startedAt < GONE_MS; await sleep(20)) {
    if (processesMarked(mark).length === 0) return [];
  }
  return processesMarked(mark).map((record) => {
    const description = describeProcess(record);
    endProcess(record);
    return description;
  });
}

/** In megabytes, what can be collected collected. */
async function restingMemory() {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { heap: (heapUsed + external) / 2 ** 20, rss: rss / 2 ** 20 };
}
