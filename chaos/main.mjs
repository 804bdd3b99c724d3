// The chaos harness, on the package as it is built. `npm run chaos` (scripts/chaos.mjs) builds first.

import { runKernelChaos } from "./kernel/kernel.mjs";
import { runLatency } from "./latency/latency.mjs";
import { readOptions, USAGE } from "./options.mjs";
import { runOrphans } from "./orphans/orphans.mjs";
import { runChaos } from "./run/run.mjs";
import { runSoak } from "./soak/soak.mjs";
import { hasPrivateMemory } from "./watch/private-memory.mjs";

/** @param {import("./options.mjs").Options} options */
async function run(options) {
  process.stdout.write(`seed ${options.seed}, Node ${process.version}\n`);
  if (!hasPrivateMemory()) process.stdout.write("no /dev/shm of our own: it is neither filled nor emptied\n");
  if (options.latency) return runLatency(options);
  if (options.soak) return runSoak(options);
  if (options.kernel) return runKernelChaos(options);
  if (options.orphans) return runOrphans(options);
  return runChaos(options);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
}
