import { setTimeout as sleep } from "node:timers/promises";
import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";
import { withConnections } from "../measure/with-connections.mjs";
import { withStandby } from "../peers/process-isolation.mjs";

/** @type {import("./case.mjs").Case} */
export const restart = {
  name: "restart",
  title: "Restart after a crash",
  work: "from SIGKILL to the next answer; fork has a supervisor of five lines that forks again, workerpool's user repeats the call",
  chart: "bars",
  async run({ effort, peers }) {
    const able = peers.filter(({ name }) => CAN_RESTART.has(name));
    const entries = [...able, withStandby].map(entryOf);
    const result = await interleave(entries, effort.rounds);
    return [{ case: "restart", variant: "SIGKILL to next answer", unit: "ms", better: "lower", ...result }];
  },
};

/** Those whose connection has `addAfterKill`; the other pools do not come back after a SIGKILL. */
const CAN_RESTART = new Set(["process-isolation", "fork-json", "workerpool"]);

/** Until a spare process has started, where there is one. */
const CALM_MS = 500;

/** @param {import("../peers/peer.mjs").Peer} peer */
function entryOf(peer) {
  const measure = () =>
    withConnections([peer], async ([only]) => {
      await sleep(CALM_MS);
      const startedAt = performance.now();
      const answer = await only?.connection.addAfterKill?.();
      const elapsedMs = performance.now() - startedAt;
      expectSame(answer, 2, "add(1, 1)");
      return elapsedMs;
    });
  return { name: peer.name, warmUp: measure, measure };
}
