// npm run bench:pool [-- --rounds n]: a pool of two processes beside other pools, with real work, as ratios of one run.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { toTable } from "../../chaos/table.mjs";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { overload, recovery, throughput, warm } from "./measure.mjs";
import { peers } from "./peers.mjs";

const SIZE = 2;
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
process.stdout.write(
  `Node ${process.version}, ${SIZE} processes (piscina: threads), medians of ${rounds} rounds in turns\n`,
);

/** @typedef {import("./peers.mjs").OpenPool} OpenPool */
/** @type {{ what: string, less?: true, isCold?: true, processesOnly?: true, measure: (pool: OpenPool) => Promise<number> }[]} */
const cases = [
  // Once, before the compiler has seen enough of a pool's code; all others when it has.
  { what: "first 400 ms, of 1 ms of work, calls/s", isCold: true, measure: (pool) => throughput(pool, "spin", 1) },
  { what: "1 ms of work, calls/s", measure: (pool) => throughput(pool, "spin", 1) },
  { what: "Markdown, calls/s", measure: (pool) => throughput(pool, "markdown") },
  { what: "JSON of 1 MiB, calls/s", measure: (pool) => throughput(pool, "json") },
  { what: "image resize, calls/s", measure: (pool) => throughput(pool, "image") },
  { what: "200 calls of 1 ms at once, p99 ms", less: true, measure: overload },
  { what: "after a kill, ms", less: true, processesOnly: true, measure: recovery },
];

const open = await Promise.all(peers.map(async (peer) => ({ ...peer, pool: await peer.open(SIZE) })));
await Promise.all(open.map(({ pool }) => pool.run("spin", 0)));
const [first, second] = /** @type {[string, string]} */ (peers.map(({ name }) => name));
const rows = [];
for (const { what, less, isCold, processesOnly, measure } of cases) {
  const taking = open.filter(({ hasProcesses }) => hasProcesses || !processesOnly);
  const entries = taking.map(({ name, pool }) => ({
    name,
    ...(isCold ? {} : { warmUp: () => warm(pool, measure) }),
    measure: () => measure(pool),
  }));
  const { samples, failures } = await interleave(entries, isCold ? 1 : rounds);
  process.stderr.write(`${what}: ${JSON.stringify(samples)} ${JSON.stringify(failures)}\n`);
  const of = (/** @type {string} */ name) => (samples[name]?.length ? median(samples[name]) : undefined);
  for (const { name } of open) {
    const theirs = of(name);
    const ratios = [first, second].map((own) => {
      const ours = of(own);
      if (theirs === undefined || ours === undefined) return "-";
      return `${(less ? theirs / ours : ours / theirs).toFixed(2)}×`;
    });
    rows.push([what, name, theirs === undefined ? (failures[name] ?? "-").slice(0, 40) : theirs.toFixed(1), ...ratios]);
  }
}
process.stdout.write(`${toTable(["what", "pool", "median", "ours is", second], rows)}\n`);
// One that has not recovered may not close either.
await Promise.race([Promise.allSettled(open.map(({ pool }) => pool.close())), delay(2_000)]);
process.exit();
