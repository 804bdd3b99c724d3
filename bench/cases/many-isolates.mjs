import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { ownMemory, processMemory } from "../measure/process-memory.mjs";

/** @typedef {import("../peers/peer.mjs").Peer} Peer @typedef {import("../peers/peer.mjs").Connection} Connection */
/** @typedef {{ startMs: number, hostRss: number, childrenPss: number }} Cost */

const STARTED_AT_ONCE = 8;

const MEASURES = /** @type {const} */ ([
  { field: "startMs", what: "time to start", unit: "ms" },
  { field: "hostRss", what: "growth of the host", unit: "MB" },
  { field: "childrenPss", what: "pss of the children", unit: "MB" },
]);

/** @type {import("./case.mjs").Case} */
export const manyIsolates = {
  name: "many-isolates",
  title: "Many at once",
  work: `so many others started, ${STARTED_AT_ONCE} at a time, until each has answered`,
  chart: "bars",
  async run({ effort, peers }) {
    const able = peers.filter(({ name }) => COMPARED.has(name));
    const series = [];
    for (const count of effort.isolates) {
      const costs = Object.fromEntries(able.map(({ name }) => [name, /** @type {Cost[]} */ ([])]));
      const entries = able.map(({ name, open }) => ({
        name,
        measure: async () => {
          const cost = await startMany(open, count);
          costs[name]?.push(cost);
          return cost.startMs;
        },
      }));
      const { failures } = await interleave(entries, count > 10 ? Math.min(3, effort.rounds) : effort.rounds);
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

/** A process of ours, the least that a process can be, and threads. */
const COMPARED = new Set(["process-isolation", "fork-json", "worker-threads"]);

/** @param {Peer["open"]} open @param {number} count @returns {Promise<Cost>} */
async function startMany(open, count) {
  const before = ownMemory();
  const startedAt = performance.now();
  /** @type {Connection[]} */
  const connections = [];
  try {
    let left = count;
    const starter = async () => {
      while (left > 0) {
        left -= 1;
        const connection = await open();
        connections.push(connection);
        expectSame(await connection.add(1, 2), 3, "add(1, 2)");
      }
    };
    await Promise.all(Array.from({ length: STARTED_AT_ONCE }, starter));
    const startMs = performance.now() - startedAt;
    const childrenPss = connections.reduce((sum, { pid }) => sum + (processMemory(pid ?? 0)?.pss ?? Number.NaN), 0);
    return { startMs, hostRss: ownMemory() - before, childrenPss };
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

/**
 * @param {Record<string, Cost[]>} costs
 * @param {Record<string, string>} failures
 * @param {keyof Cost} field
 */
function pick(costs, failures, field) {
  return Object.fromEntries(
    Object.entries(costs)
      .map(([name, list]) => /** @type {const} */ ([name, list.map((cost) => cost[field])]))
      .filter(([name, values]) => !(name in failures) && values.every((value) => !Number.isNaN(value))),
  );
}
