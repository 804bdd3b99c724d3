import { itemAt } from "../children/work.mjs";
import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { perSecond, steadyWork } from "../measure/steady-work.mjs";
import { withConnections } from "../measure/with-connections.mjs";

/** @type {import("./case.mjs").Case} */
export const streamItems = {
  name: "stream-items",
  title: "Stream of small items",
  work: 'items such as {"id":7,"name":"a small item"} from the other side: a generator here, one-way messages with the peers',
  chart: "bars",
  run: ({ effort, peers }) =>
    withConnections(peers, async (connections) => {
      const entries = connections.flatMap(({ name, connection: { items } }) => {
        if (items === undefined) return [];
        return [{ name, ...steadyWork((amount) => receive(items, amount), effort, perSecond) }];
      });
      const result = await interleave(entries, effort.rounds);
      return [{ case: "stream-items", variant: "one stream", unit: "items/s", better: "higher", ...result }];
    }),
};

/** @param {NonNullable<import("../peers/peer.mjs").Connection["items"]>} items @param {number} amount */
async function receive(items, amount) {
  let next = 0;
  const { name } = itemAt(0);
  await items(amount, (item) => {
    if (item.id !== next || item.name !== name) expectSame(JSON.stringify(item), JSON.stringify(itemAt(next)), "item");
    next += 1;
  });
  expectSame(next, amount, "items received");
}
