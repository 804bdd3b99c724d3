import { spawn } from "node:child_process";
import { once } from "node:events";
import { expectSame } from "../measure/check.mjs";
import { interleave } from "../measure/interleave.mjs";

/** The floor of everything that starts a process. */
export const BARE_NODE = "node-e-0";

/** @type {import("./case.mjs").Case} */
export const startUp = {
  name: "start-up",
  title: "Start-up",
  work: "from nothing to the first answer of add(1, 2); node -e 0 is from spawn to exit",
  chart: "bars",
  async run({ effort, peers }) {
    const entries = peers.map(({ name, open }) => ({
      name,
      warmUp: () => startOnce(open),
      measure: () => startOnce(open),
    }));
    entries.push({ name: BARE_NODE, warmUp: bareNode, measure: bareNode });
    const result = await interleave(entries, effort.rounds);
    return [{ case: "start-up", variant: "first answer", unit: "ms", better: "lower", ...result }];
  },
};

/** @param {import("../peers/peer.mjs").Peer["open"]} open */
async function startOnce(open) {
  const startedAt = performance.now();
  const connection = await open();
  try {
    const answer = await connection.add(1, 2);
    const elapsedMs = performance.now() - startedAt;
    expectSame(answer, 3, "add(1, 2)");
    return elapsedMs;
  } finally {
    await connection.close();
  }
}

async function bareNode() {
  const startedAt = performance.now();
  const [code] = await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  const elapsedMs = performance.now() - startedAt;
  expectSame(code, 0, "exit code");
  return elapsedMs;
}
