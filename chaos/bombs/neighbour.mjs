import { setTimeout as sleep } from "node:timers/promises";
import { ProcessIsolator } from "process-isolation";
import { availableProcessors } from "../../dist/src/limits/available-processors.js";
import { MODULE } from "./bombs.mjs";
import { BombSite } from "./explode.mjs";
import { quantile } from "./statistics.mjs";

const WINDOW_MS = 300;
/** In which what a bomb has started is gone and its successor is up. */
const SETTLE_MS = 150;
const WARM_UP_CALLS = 2_000;
/** How many times as long a call of the neighbour may take. */
export const MOST_RATIO = 2;

export const NEIGHBOUR_HEAD = [
  "beside",
  "calls, quiet",
  "p50 µs",
  "p99 µs",
  "calls, bomb",
  "p50 µs",
  "p99 µs",
  "p50 ratio",
  "p99 ratio",
];

/**
 * What calls of one isolate take while bombs go off in another one, beside what they take without; in turns, so that the
 * machine's moods meet both.
 * @param {import("./bombs.mjs").Bomb} bomb
 * @param {number} rounds
 * @returns {Promise<{ row: (string | number)[], wrongs: string[] }>}
 */
export async function measureNeighbour(bomb, rounds) {
  const neighbour = await ProcessIsolator.create({ restart: false });
  const last = availableProcessors().at(-1) ?? 0;
  const site = await BombSite.open(bomb, { limits: { cpu: 100, affinity: `${last}` } });
  const call = () => neighbour.invoke(MODULE, "harmless");
  for (let count = 0; count < WARM_UP_CALLS; count += 1) await call();
  const quiet = [];
  const beside = [];
  const wrongs = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep(SETTLE_MS);
    quiet.push(...(await sample(call, sleep(WINDOW_MS))));
    const over = explodeFor(site, WINDOW_MS);
    beside.push(...(await sample(call, over)));
    wrongs.push(...(await over).map((wrong) => `${bomb.name}, beside a neighbour: ${wrong}`));
  }
  await Promise.all([site.close(), neighbour.shutdown()]);
  const [quietP50, quietP99, p50, p99] = [quiet, beside].flatMap((samples) => [
    1_000 * quantile(samples, 0.5),
    1_000 * quantile(samples, 0.99),
  ]);
  const ratio = Number(p50) / Number(quietP50);
  if (!(ratio <= MOST_RATIO)) wrongs.push(`a neighbour of ${bomb.name} is slowed down to ${ratio.toFixed(2)} times`);
  const microseconds = (/** @type {number | undefined} */ value) => Math.round(value ?? Number.NaN);
  const row = [
    ...[bomb.name, quiet.length, microseconds(quietP50), microseconds(quietP99)],
    ...[beside.length, microseconds(p50), microseconds(p99)],
    ...[ratio.toFixed(2), (Number(p99) / Number(quietP99)).toFixed(2)],
  ];
  return { row, wrongs };
}

/** Calls one after the other until then; the milliseconds of each. @param {() => Promise<unknown>} call @param {Promise<unknown>} until */
async function sample(call, until) {
  let over = false;
  const end = () => {
    over = true;
  };
  until.then(end, end);
  const samples = [];
  while (!over) {
    const startedAt = performance.now();
    await call();
    samples.push(performance.now() - startedAt);
    // A turn of the event loop, in which timers and the other isolate have their say.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return samples;
}

/** At least one bomb, and as many as begin in that time. @param {BombSite} site @param {number} ms @returns {Promise<string[]>} */
async function explodeFor(site, ms) {
  const wrongs = [];
  const startedAt = performance.now();
  do {
    const { wrong } = await site.explode();
    if (wrong !== undefined) wrongs.push(wrong);
  } while (performance.now() - startedAt < ms);
  return wrongs;
}
