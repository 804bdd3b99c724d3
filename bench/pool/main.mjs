// npm run bench:pool [-- --rounds n]: a pool of two processes beside other pools, with real work, as ratios of one run.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { toTable } from "../../chaos/table.mjs";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { overload, recovery, throughput } from "./measure.mjs";
import { peers } from "./peers.mjs";

const SIZE = 2;
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
process.stdout.write(
  `Node ${process.version}, ${SIZE} processes (piscina: threads), medians of ${rounds} rounds in turns\n`,
);

/** @typedef {import("./peers.mjs").OpenPool} OpenPool */
/** @type {{ what: string, less?: true, processesOnly?: true, measure: (pool: OpenPool) => Promise<number> }[]} */
const cases = [
  { what: "1 ms of work, calls/s", measure: (pool) => throughput(pool, "spin", 1) },
  { what: "Markdown, calls/s", measure: (pool) => throughput(pool, "markdown") },
  { what: "JSON of 1 MiB, calls/s", measure: (pool) => throughput(pool, "json") },
  { what: "image resize, calls/s", measure: (pool) => throughput(pool, "image") },
  { what: "200 calls of 1 ms at once, p99 ms", less: true, measure: overload },
  { what: "after a kill, ms", less: true, processesOnly: true, measure: recovery },
];

const open = await Promise.all(peers.map(async (peer) => ({ ...peer, pool: await peer.open(SIZE) })));
const rows = [];
for (const { what, less, processesOnly, measure } of cases) {
  const taking = open.filter(({ hasProcesses }) => hasProcesses || !processesOnly);
  const entries = taking.map(({ name, pool }) => ({
    name,
    warmUp: () => throughput(pool, "spin", 1),
    measure: () => measure(pool),
  }));
  const { samples, failures } = await interleave(entries, rounds);
  process.stderr.write(`${what}: ${JSON.stringify(samples)} ${JSON.stringify(failures)}\n`);
  const ours = median(samples["process-isolation"] ?? []);
  for (const { name } of open) {
    const theirs = samples[name]?.length ? median(samples[name]) : undefined;
    const ratio = theirs === undefined ? "-" : `${(less ? theirs / ours : ours / theirs).toFixed(2)}×`;
    rows.push([what, name, theirs === undefined ? (failures[name] ?? "-").slice(0, 40) : theirs.toFixed(1), ratio]);
  }
}
process.stdout.write(`${toTable(["what", "pool", "median", "ours is"], rows)}\n`);
// One that has not recovered may not close either.
await Promise.race([Promise.allSettled(open.map(({ pool }) => pool.close())), delay(2_000)]);
process.exit();
