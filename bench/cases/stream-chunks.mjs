import { chunkOf } from "../children/work.mjs";
import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { perSecond, steadyWork } from "../measure/steady-work.mjs";
import { withConnections } from "../measure/with-connections.mjs";

const CHUNK = 64 * 1024;

/** @type {import("./case.mjs").Case} */
export const streamChunks = {
  name: "stream-chunks",
  title: "Stream of 64 KiB buffers",
  work: "buffers from the other side: a generator here, one-way messages with the peers",
  chart: "bars",
  run: ({ effort, peers }) =>
    withConnections(peers, async (connections) => {
      const toSample = (/** @type {number} */ elapsedMs, /** @type {number} */ amount) =>
        (perSecond(elapsedMs, amount) * CHUNK) / 1e6;
      const entries = connections.flatMap(({ name, connection: { chunks } }) => {
        if (chunks === undefined) return [];
        return [{ name, ...steadyWork((amount) => receive(chunks, amount), effort, toSample) }];
      });
      const result = await interleave(entries, effort.rounds);
      return [{ case: "stream-chunks", variant: "one stream", unit: "MB/s", better: "higher", ...result }];
    }),
};

/** @param {NonNullable<import("../peers/peer.mjs").Connection["chunks"]>} chunks @param {number} amount */
async function receive(chunks, amount) {
  let received = 0;
  /** @type {Uint8Array} */
  let last = new Uint8Array();
  await chunks(amount, CHUNK, (chunk) => {
    received += chunk.length;
    last = chunk;
  });
  expectSame(received, amount * CHUNK, "bytes received");
  expectSame(chunkOf(CHUNK).equals(last), true, "the last buffer is what was sent");
}
