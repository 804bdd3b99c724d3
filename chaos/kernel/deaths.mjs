import { setTimeout as sleep } from "node:timers/promises";
import { NAMES } from "./graph.mjs";

const SIGNALS = /** @type {const} */ (["SIGKILL", "SIGKILL", "SIGSEGV", "SIGABRT", "SIGTERM"]);
const ENDS = ["exit 0", "exit 3", "throw", "reject"];

/**
 * Ends isolates of a kernel at random, in every way, and now and then has an operator restart or replace one.
 * @param {import("process-isolation/kernel").Kernel} kernel
 * @param {import("../random.mjs").Random} random
 * @param {() => boolean} isOver
 */
export async function killOnAndOn(kernel, random, isOver) {
  while (!isOver()) {
    const name = random.pick(NAMES);
    const chance = random.next();
    if (chance < 0.75) signal(kernel, name, random.pick(SIGNALS));
    else if (chance < 0.95) void askToEnd(kernel, name, random.pick(ENDS));
    else if (chance < 0.98) void kernel.restart(name).catch(() => {});
    else void replace(kernel, name);
    await sleep(random.between(0, 80));
  }
}

/** @param {import("process-isolation/kernel").Kernel} kernel @param {string} name @param {NodeJS.Signals} how */
function signal(kernel, name, how) {
  try {
    process.kill(kernel.isolate(name).isolator.pid, how);
  } catch {
    // It has died already, and the next one is on its way.
  }
}

/** @param {import("process-isolation/kernel").Kernel} kernel @param {string} name @param {string} how */
async function askToEnd(kernel, name, how) {
  const { api } = /** @type {typeof kernel.isolate<typeof import("./node.mjs")>} */ (kernel.isolate.bind(kernel))(
    name,
    {
      timeoutMs: 2_000,
    },
  );
  await api.end(how).catch(() => {});
}

/** @param {import("process-isolation/kernel").Kernel} kernel @param {string} name */
async function replace(kernel, name) {
  const module = kernel.list().find((one) => one.name === name)?.module ?? "";
  await kernel.replace(name, { module }).catch(() => {});
}
