import { fork } from "node:child_process";
import { once } from "node:events";
import { interleave } from "../measure/interleave.mjs";
import { childPath } from "../peers/peer.mjs";

/** @typedef {{ startMs: number, hostRss: number, childrenPss: number | null }} Cost */

const STARTED_AT_ONCE = 8;

const MEASURES = /** @type {const} */ ([
  { field: "startMs", what: "time to start", unit: "ms" },
  { field: "hostRss", what: "growth of the host", unit: "MB" },
  { field: "childrenPss", what: "pss of the children", unit: "MB" },
]);

/** A process of ours, the least that a process can be, and threads. */
const COMPARED = new Set(["process-isolation", "fork-json", "worker-threads"]);

/** @type {import("./case.mjs").Case} */
export const manyIsolates = {
  name: "many-isolates",
  title: "Many at once",
  work: `a fresh host starts so many, ${STARTED_AT_ONCE} at a time, until each has answered`,
  chart: "bars",
  async run({ effort, peers }) {
    const able = peers.filter(({ name }) => COMPARED.has(name));
    const series = [];
    for (const count of effort.isolates) {
      const costs = Object.fromEntries(able.map(({ name }) => [name, /** @type {Cost[]} */ ([])]));
      const entries = able.map(({ name }) => ({
        name,
        measure: async () => {
          const cost = await startMany(name, count);
          costs[name]?.push(cost);
          return cost.startMs;
        },
      }));
      const { failures } = await interleave(entries, Math.min(3, effort.rounds));
      for (const { field, what, unit } of MEASURES) {
        series.push({
          case: "many-isolates",
          variant: `${what}, ${count}`,
          unit,
          better: /** @type {const} */ ("lower"),
          samples: pick(costs, failures, field),
          failures,
        });
      }
    }
    return series;
  },
};

/** @param {string} peer @param {number} count @returns {Promise<Cost>} */
async function startMany(peer, count) {
  const args = [peer, String(count), String(STARTED_AT_ONCE)];
  const host = fork(childPath("host.mjs"), args, { execArgv: ["--expose-gc"] });
  const ended = once(host, "exit");
  const [cost] = await Promise.race([
    once(host, "message"),
    ended.then(() => Promise.reject(new Error("the host ended before it answered"))),
  ]);
  await ended;
  return cost;
}

/**
 * @param {Record<string, Cost[]>} costs
 * @param {Record<string, string>} failures
 * @param {keyof Cost} field
 */
function pick(costs, failures, field) {
  /** @type {Record<string, number[]>} */
  const samples = {};
  for (const [name, list] of Object.entries(costs)) {
    // A thread has no memory of its own to tell: NaN, which is null in JSON.
    const values = list.map((cost) => cost[field]).filter((value) => value !== null);
    if (!(name in failures) && values.length > 0) samples[name] = values;
  }
  return samples;
}
