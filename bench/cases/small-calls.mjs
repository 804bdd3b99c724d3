import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { perSecond, steadyWork } from "../measure/steady-work.mjs";
import { withConnections } from "../measure/with-connections.mjs";

/** @type {import("./case.mjs").Case} */
export const smallCalls = {
  name: "small-calls",
  title: "Small calls by concurrency",
  work: "add(i, 1); so many callers at once, each waits for its answer before it calls again",
  chart: "lines",
  run: ({ effort, peers }) =>
    withConnections(peers, async (connections) => {
      const series = [];
      for (const concurrency of effort.concurrencies) {
        const able = connections.filter(({ connection }) => concurrency === 1 || connection.concurrent !== false);
        const entries = able.map(({ name, connection }) => ({
          name,
          ...steadyWork((amount) => callMany(connection.add, amount, concurrency), effort, perSecond),
        }));
        series.push({
          case: "small-calls",
          variant: `concurrency ${concurrency}`,
          x: concurrency,
          unit: "calls/s",
          better: /** @type {const} */ ("higher"),
          ...(await interleave(entries, effort.rounds)),
        });
      }
      return series;
    }),
};

/**
 * @param {(a: number, b: number) => Promise<number>} add
 * @param {number} amount
 * @param {number} concurrency
 */
export async function callMany(add, amount, concurrency) {
  let next = 0;
  const caller = async () => {
    while (next < amount) {
      const index = next++;
      const answer = await add(index, 1);
      if (answer !== index + 1) expectSame(answer, index + 1, `add(${index}, 1)`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
}
