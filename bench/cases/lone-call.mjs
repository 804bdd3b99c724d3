import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { withConnections } from "../measure/with-connections.mjs";

/** @type {import("./case.mjs").Case} */
export const loneCall = {
  name: "lone-call",
  title: "Latency of a lone call",
  work: "add(i, 1), one at a time; the median (p50) of the calls of a round",
  chart: "bars",
  run: ({ effort, peers }) =>
    withConnections(peers, async (connections) => {
      const calls = effort.runMs * 10;
      const entries = connections.map(({ name, connection }) => ({
        name,
        warmUp: () => middleLatency(connection.add, calls * 4),
        measure: () => middleLatency(connection.add, calls),
      }));
      const result = await interleave(entries, effort.rounds);
      return [{ case: "lone-call", variant: "p50", unit: "µs", better: "lower", ...result }];
    }),
};

/** @param {(a: number, b: number) => Promise<number>} add @param {number} calls */
async function middleLatency(add, calls) {
  const latencies = [];
  for (let index = 0; index < calls; index += 1) {
    const startedAt = performance.now();
    const answer = await add(index, 1);
    latencies.push((performance.now() - startedAt) * 1000);
    if (answer !== index + 1) expectSame(answer, index + 1, `add(${index}, 1)`);
  }
  return median(latencies);
}
