// npm run bench:bullmq [-- --rounds n]: jobs in isolated processes beside BullMQ's own sandbox, on a Redis of its own.
import { parseArgs } from "node:util";
import { toTable } from "../../chaos/table.mjs";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { isolated, isolatedWithSpare, Jobs, sandboxed } from "./jobs.mjs";
import { startRedis } from "./redis.mjs";

const JOBS = 2_000;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
process.stdout.write(`Node ${process.version}, medians of ${rounds} rounds, peers measured in turns\n`);
const redis = await startRedis();

/** @param {Record<string, import("./jobs.mjs").MakeProcessor>} makers @param {number} concurrency @param {(jobs: Jobs) => Promise<number>} measure */
async function compare(makers, concurrency, measure) {
  const all = Object.entries(makers).map(([name, make]) => ({
    name,
    jobs: new Jobs(redis.connection, make, concurrency),
  }));
  const entries = all.map(({ name, jobs }) => ({ name, warmUp: () => jobs.warm(), measure: () => measure(jobs) }));
  const { samples, failures } = await interleave(entries, rounds);
  for (const { jobs } of all) await jobs.close();
  for (const [name, why] of Object.entries(failures)) process.stdout.write(`${name} failed: ${why}\n`);
  return (/** @type {string} */ name) => median(samples[name] ?? [Number.NaN]);
}

/** @type {(string | number)[][]} */
const rows = [];
const shown = (/** @type {number} */ value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
for (const concurrency of [1, 8]) {
  const of = await compare({ ours: isolated, sandbox: sandboxed }, concurrency, (jobs) => jobs.perSecond(JOBS));
  const [ours, theirs] = [of("ours"), of("sandbox")];
  const what = `small jobs, concurrency ${concurrency}, /s`;
  rows.push([what, shown(ours), shown(theirs), `${(ours / theirs).toFixed(2)}×`, "≥ 1×"]);
}
const of = await compare({ ours: isolated, spare: isolatedWithSpare, sandbox: sandboxed }, 1, (jobs) =>
  jobs.recoveryMs(),
);
for (const [name, what, goal] of [
  ["ours", "next job after a killed child, ms", ""],
  ["spare", "the same, with spares: 1, ms", "≥ 5×"],
]) {
  const [ours, theirs] = [of(name ?? ""), of("sandbox")];
  rows.push([what ?? "", shown(ours), shown(theirs), `${(theirs / ours).toFixed(2)}× sooner`, goal ?? ""]);
}
process.stdout.write(
  `${toTable(
    ["what", "process-isolation", "BullMQ's sandbox", "ratio", "goal"],
    rows.map((row) => row.map(String)),
  )}\n`,
);
await redis.stop();
