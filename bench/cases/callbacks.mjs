import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { perSecond, steadyWork } from "../measure/steady-work.mjs";
import { withConnections } from "../measure/with-connections.mjs";

/** @type {import("./case.mjs").Case} */
export const callbacks = {
  name: "callbacks",
  title: "Callbacks during a call",
  work: "the other side calls a function of ours and awaits each answer, so many at once",
  chart: "bars",
  run: ({ effort, peers }) =>
    withConnections(peers, async (connections) => {
      const series = [];
      for (const concurrency of [1, 64]) {
        const entries = connections.flatMap(({ name, connection: { callBack } }) => {
          if (callBack === undefined) return [];
          return [{ name, ...steadyWork((amount) => answer(callBack, amount, concurrency), effort, perSecond) }];
        });
        series.push({
          case: "callbacks",
          variant: `concurrency ${concurrency}`,
          unit: "calls/s",
          better: /** @type {const} */ ("higher"),
          ...(await interleave(entries, effort.rounds)),
        });
      }
      return series;
    }),
};

/**
 * @param {NonNullable<import("../peers/peer.mjs").Connection["callBack"]>} callBack
 * @param {number} amount
 * @param {number} concurrency
 */
async function answer(callBack, amount, concurrency) {
  let calls = 0;
  const sum = await callBack(amount, concurrency, (index) => {
    calls += 1;
    return index + 1;
  });
  expectSame(calls, amount, "callbacks received");
  expectSame(sum, (amount * (amount + 1)) / 2, "sum of the answers");
}
