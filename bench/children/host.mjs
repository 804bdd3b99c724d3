// A fresh host for the case "many-isolates": starts so many connections to a peer and tells its parent the cost.
import { expectSame } from "../measure/check.mjs";
import { ownMemory, processMemory } from "../measure/process-memory.mjs";
import { PEERS } from "../peers/index.mjs";

const [, , name, count = "1", atOnce = "1"] = process.argv;
const peer = PEERS.find((each) => each.name === name);
if (peer === undefined) throw new Error(`no peer ${name}`);

const before = ownMemory();
const startedAt = performance.now();
/** @type {import("../peers/peer.mjs").Connection[]} */
const connections = [];
let left = Number(count);
const starter = async () => {
  while (left > 0) {
    left -= 1;
    const connection = await peer.open();
    connections.push(connection);
    expectSame(await connection.add(1, 2), 3, "add(1, 2)");
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, starter));
const startMs = performance.now() - startedAt;
const hostRss = ownMemory() - before;
const childrenPss = connections.reduce((sum, { pid }) => sum + (processMemory(pid ?? 0)?.pss ?? Number.NaN), 0);
await Promise.all(connections.map((connection) => connection.close()));
process.send?.({ startMs, hostRss, childrenPss });
process.disconnect?.();
