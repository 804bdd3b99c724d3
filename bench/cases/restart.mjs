import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { withConnections } from "../measure/with-connections.mjs";

/** @type {import("./case.mjs").Case} */
export const restart = {
  name: "restart",
  title: "Restart after a crash",
  work: "from SIGKILL to the next answer; fork has a supervisor of five lines that forks again, workerpool's user repeats the call",
  chart: "bars",
  async run({ effort, peers }) {
    const entries = peers.flatMap((peer) => (CAN_RESTART.has(peer.name) ? [entryOf(peer)] : []));
    const result = await interleave(entries, effort.rounds);
    return [{ case: "restart", variant: "SIGKILL to next answer", unit: "ms", better: "lower", ...result }];
  },
};

/** Those whose connection has `addAfterKill`; the other pools do not come back after a SIGKILL. */
const CAN_RESTART = new Set(["process-isolation", "fork-json", "workerpool"]);

/** @param {import("../peers/peer.mjs").Peer} peer */
function entryOf(peer) {
  const measure = () =>
    withConnections([peer], async ([only]) => {
      const startedAt = performance.now();
      const answer = await only?.connection.addAfterKill?.();
      const elapsedMs = performance.now() - startedAt;
      expectSame(answer, 2, "add(1, 1)");
      return elapsedMs;
    });
  return { name: peer.name, warmUp: measure, measure };
}
