// Small calls into a Python process, at 64 in flight: this package and multiprocessing.Pool(1) in turns, in one run.
// usage: node bench/python/small-calls.mjs [rounds=7] [seconds=1]
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isolate } from "process-isolation";

const CONCURRENCY = 64;
const [rounds = 7, seconds = 1] = process.argv.slice(2).map(Number);
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const median = (/** @type {number[]} */ numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

const isolated = await isolate(here("work.py"), { runtime: "python" });
const pool = spawn(process.env.PIHOST_PYTHON ?? "python3", [here("pool.py")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: pool.stdout })[Symbol.asyncIterator]();

/** Nanoseconds on a processor so far, of all threads of a process. @param {number} pid */
function processorTime(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce(
    (sum, id) => sum + Number.parseInt(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8")),
    0,
  );
}

async function measureOurs() {
  const { pid } = await isolated.isolator.status();
  const before = processorTime(pid);
  const started = performance.now();
  const deadline = started + seconds * 1000;
  let calls = 0;
  const caller = async () => {
    for (; performance.now() < deadline; calls++) await isolated.api.add(1, 2);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  const perCall = (processorTime(pid) - before) / calls / 1000;
  return { perSecond: calls / ((performance.now() - started) / 1000), perCall };
}

async function measurePool() {
  pool.stdin.write(`${JSON.stringify({ concurrency: CONCURRENCY, seconds })}\n`);
  const answer = JSON.parse((await answers.next()).value);
  return { perSecond: answer.calls / answer.seconds };
}

await measureOurs();
const ratios = [];
for (let round = 0; round < rounds; round++) {
  const ours = await measureOurs();
  const theirs = await measurePool();
  ratios.push(ours.perSecond / theirs.perSecond);
  console.log(
    `process-isolation ${ours.perSecond.toFixed(0)}/s (${ours.perCall.toFixed(1)} µs of the Python process a call), ` +
      `Pool(1) ${theirs.perSecond.toFixed(0)}/s, ratio ${ratios.at(-1)?.toFixed(1)}`,
  );
}
console.log(`median ratio ${median(ratios).toFixed(1)}`);
pool.stdin.end();
await isolated.isolator.shutdown();
