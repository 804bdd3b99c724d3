import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ProcessIsolator } from "process-isolation";
import { toTable } from "../table.mjs";

const MODULE = fileURLToPath(new URL("../modules/occupations.mjs", import.meta.url));
/** In which the next spare is ready, also on a busy machine. */
const SETTLE_MS = 350;

/** @param {import("process-isolation").IsolationOptions} options */
async function subject(options) {
  const isolator = await ProcessIsolator.create({
    ...options,
    restart: { maxRestarts: 1e6, withinMs: 1_000, backoff: { initialMs: 0 } },
  });
  await isolator.invoke(MODULE, "nothing");
  return {
    measure: async () => {
      const startedAt = performance.now();
      process.kill(isolator.pid, "SIGKILL");
      // Handed to the dying process at the worst, and so to the next one.
      await isolator.invoke(MODULE, "nothing", [], { idempotent: true });
      return performance.now() - startedAt;
    },
    close: () => isolator.shutdown(),
  };
}

/** The start of Node itself, and its end; with as little of an environment as an isolate has, some of which costs time. */
async function bareNode() {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore", env: { PATH: process.env.PATH } }), "exit");
  return performance.now() - startedAt;
}

/**
 * How long the caller of a process that is killed waits for its next answer; the three in turns, so that the machine's
 * moods meet all of them.
 * @param {import("../options.mjs").Options} options
 * @returns {Promise<boolean>}
 */
export async function runLatency({ rounds }) {
  const [spared, bare] = await Promise.all([subject({ standby: 1 }), subject({})]);
  const cases = [
    { name: "crash → next answer, standby 1", measure: spared.measure, samples: /** @type {number[]} */ ([]) },
    { name: "crash → next answer, no standby", measure: bare.measure, samples: /** @type {number[]} */ ([]) },
    { name: "node -e 0, start to end", measure: bareNode, samples: /** @type {number[]} */ ([]) },
  ];
  for (let round = 0; round < rounds; round += 1) {
    for (const { measure, samples } of cases) {
      await sleep(SETTLE_MS);
      samples.push(await measure());
    }
  }
  await Promise.all([spared.close(), bare.close()]);
  const median = quantile(cases[2]?.samples ?? [], 0.5);
  const rows = cases.map(({ name, samples }) => {
    const [p50, p99] = [quantile(samples, 0.5), quantile(samples, 0.99)];
    return [name, rounds, p50.toFixed(1), p99.toFixed(1), (p50 / median).toFixed(2)];
  });
  process.stdout.write(`\n${toTable(["", "samples", "p50 ms", "p99 ms", "× bare"], rows)}\n`);
  return true;
}

/** @param {readonly number[]} samples @param {number} share */
function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
