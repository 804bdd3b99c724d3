import { interleave } from "../measure/interleave.mjs";
import { processMemory } from "../measure/process-memory.mjs";
import { withConnections } from "../measure/with-connections.mjs";

/** @type {import("./case.mjs").Case} */
export const memory = {
  name: "memory",
  title: "Memory of one child",
  work: "the process on the other side, after a thousand calls",
  chart: "bars",
  async run({ effort, peers }) {
    const series = [];
    for (const kind of /** @type {const} */ (["rss", "pss"])) {
      const entries = peers
        .filter(({ name }) => HAS_PROCESS.has(name))
        .map((peer) => {
          const measure = () => withConnections([peer], async ([only]) => measureChild(only?.connection, kind));
          return { name: peer.name, measure };
        });
      const result = await interleave(entries, Math.min(3, effort.rounds));
      series.push({ case: "memory", variant: kind, unit: "MB", better: /** @type {const} */ ("lower"), ...result });
    }
    return series;
  },
};

/** Those whose connection tells the `pid`. */
const HAS_PROCESS = new Set(["process-isolation", "fork-json", "grpc-js", "unix-socket"]);

/** @param {import("../peers/peer.mjs").Connection | undefined} connection @param {"rss" | "pss"} kind */
async function measureChild(connection, kind) {
  for (let call = 0; call < 1_000; call += 1) await connection?.add(call, 1);
  const found = processMemory(connection?.pid ?? 0);
  if (found === undefined) throw new Error("this system does not tell");
  return found[kind];
}
