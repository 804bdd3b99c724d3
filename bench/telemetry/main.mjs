// node bench/telemetry/main.mjs [--rounds n] [--baseline DIST]: what telemetry costs, as ratios of one run. A baseline is the
// dist folder of another build, such as one without telemetry. Processor time is what counts: it is the same however busy the machine is.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { toTable } from "../../chaos/table.mjs";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { SETUPS } from "./setups.mjs";

const WORK = fileURLToPath(new URL("work.mjs", import.meta.url));
const CONCURRENCY = 256;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    baseline: { type: "string" },
    only: { type: "string" },
  },
});
const rounds = Number(values.rounds);

/** @typedef {{ add(a: number, b: number): Promise<number>, compute(ms: number): Promise<number> }} Work */

/** The work of one kind, and how many calls a sample has. @type {readonly { name: string, amount: number, call: (api: Work) => Promise<unknown> }[]} */
const LOADS = [
  { name: "add(1, 2)", amount: 25_000, call: (api) => api.add(1, 2) },
  { name: "0.1 ms of work", amount: 2_500, call: (api) => api.compute(0.1) },
  { name: "1 ms of work", amount: 300, call: (api) => api.compute(1) },
];

/** @param {(api: Work) => Promise<unknown>} call @param {Work} api */
const loadOf = (call, api) => async (/** @type {number} */ amount) => {
  let left = amount;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await call(api);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
};

/** Processor time of this process and of the main thread of another, in microseconds. @param {number} pid */
function processorTime(pid) {
  const { user, system } = process.cpuUsage();
  return user + system + Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1_000;
}

/** The SDK of a folder. @param {string} dist @returns {Promise<typeof import("process-isolation")>} */
const sdkOf = (dist) => import(pathToFileURL(join(dist, "index.mjs")).href);

const ours = await sdkOf(resolve(import.meta.dirname, "../../dist"));
const isolates = [];
for (const { name, telemetry } of SETUPS) {
  if (values.only !== undefined && name !== "off" && !name.includes(values.only)) continue;
  const given = telemetry();
  isolates.push({ name, isolate: await ours.isolate(WORK, given === undefined ? {} : { telemetry: given }) });
}
if (values.baseline !== undefined) {
  const other = await sdkOf(resolve(values.baseline));
  isolates.push({ name: "the baseline", isolate: await other.isolate(WORK) });
}

process.stdout.write(
  `Node ${process.version}, ${CONCURRENCY} calls at a time, ${rounds} rounds in turns, medians; processor time of host and isolate for each call, and the ratio to "off" of the same round\n`,
);
const rows = [];
for (const load of LOADS) {
  /** @type {Record<string, number[]>} */
  const processor = {};
  const entries = isolates.map(({ name, isolate }) => {
    const run = loadOf(load.call, /** @type {Work} */ (/** @type {unknown} */ (isolate.api)));
    const { pid } = isolate.isolator;
    const measure = async () => {
      const [startedAt, before] = [performance.now(), processorTime(pid)];
      await run(load.amount);
      processor[name] = [...(processor[name] ?? []), (processorTime(pid) - before) / load.amount];
      return (load.amount * 1_000) / (performance.now() - startedAt);
    };
    return { name, warmUp: () => run(2 * load.amount), measure };
  });
  const { samples, failures } = await interleave(entries, rounds);
  for (const [name, failure] of Object.entries(failures)) process.stderr.write(`${name}: ${failure}\n`);
  for (const { name } of entries) {
    const own = samples[name] ?? [];
    const used = processor[name] ?? [];
    const ratios = used.map((sample, round) => sample / (processor.off?.[round] ?? Number.NaN));
    const more = median(used) - median(processor.off ?? []);
    const cells = [median(used).toFixed(2), `${median(ratios).toFixed(3)}×`, more.toFixed(2), median(own).toFixed(0)];
    rows.push([load.name, name, ...cells]);
  }
}
const heads = ["calls", "telemetry", "µs of processor each", "of off", "µs more", "calls/s"];
process.stdout.write(`${toTable(heads, rows)}\n`);
await Promise.all(isolates.map(({ isolate }) => isolate.isolator.shutdown()));
process.exit();
