// Small calls into a Python process, at 64 in flight: this package and multiprocessing.Pool(1) in turns, in one run.
// usage: node bench/python/small-calls.mjs [rounds=7] [seconds=1]
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isolate } from "process-isolation";

const CONCURRENCY = 64;
const TICKS_A_SECOND = 100;
const [rounds = 7, seconds = 1] = process.argv.slice(2).map(Number);
const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const median = (/** @type {number[]} */ numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

const work = await isolate(here("work.py"), { runtime: "python" });
const pool = spawn(process.env.PIHOST_PYTHON ?? "python3", [here("pool.py")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: pool.stdout })[Symbol.asyncIterator]();

/** Processor seconds of a process so far. @param {number} pid */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

async function measureOurs() {
  const { pid } = await work.$isolate.status();
  const before = processorSeconds(pid);
  const started = performance.now();
  const deadline = started + seconds * 1000;
  let calls = 0;
  const caller = async () => {
    for (; performance.now() < deadline; calls++) await work.add(1, 2);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  const perCall = ((processorSeconds(pid) - before) / calls) * 1e6;
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
await work.$isolate.shutdown();
