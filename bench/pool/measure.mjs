/** @typedef {import("./peers.mjs").OpenPool} OpenPool @typedef {import("./peers.mjs").Task} Task */

import { withTimeLimit } from "../measure/time-limit.mjs";

/** How long a pool gets to recover. */
const RECOVERY_MS = 5_000;
/** How many calls are under way at once. */
const UNDER_WAY = 8;
/** How long one sample takes, in milliseconds. */
const SAMPLE_MS = 400;
/** How long a pool has calls that take no time, so that its code is compiled. */
const WARM_UP_MS = 1_500;

/** Until a pool is as fast as it gets. @param {OpenPool} pool @param {(pool: OpenPool) => Promise<number>} measure */
export async function warm(pool, measure) {
  await throughput(pool, "spin", 0, WARM_UP_MS);
  await measure(pool);
}

/**
 * Calls a second with some under way.
 *
 * @param {OpenPool} pool @param {Task} task @param {number} [argument] @param {number} [milliseconds]
 */
export async function throughput({ run }, task, argument, milliseconds = SAMPLE_MS) {
  const begun = performance.now();
  const end = begun + milliseconds;
  let done = 0;
  const loop = async () => {
    while (performance.now() < end) {
      await run(task, argument);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, loop));
  return (1_000 * done) / (performance.now() - begun);
}

/** The 99th percentile of how long calls take that are all made at once. @param {OpenPool} pool */
export async function overload({ run }) {
  const begun = performance.now();
  const times = await Promise.all(
    Array.from({ length: 200 }, () => run("spin", 1).then(() => performance.now() - begun)),
  );
  return /** @type {number} */ (times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)]);
}

/** Milliseconds from the death of a process until one as fresh has answered a call. @param {OpenPool} pool */
export async function recovery({ run }) {
  const pid = /** @type {number} */ (await run("spin", 0));
  process.kill(pid, "SIGKILL");
  const begun = performance.now();
  for (;;) {
    const answers = await withTimeLimit(Promise.allSettled([1, 2, 3, 4].map(() => run("spin", 1))), RECOVERY_MS);
    const pids = new Set(answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : [])));
    // Two work again, neither of them the dead one.
    if (pids.size > 1 && !pids.has(pid)) return performance.now() - begun;
    if (performance.now() - begun > RECOVERY_MS) throw new Error("not recovered");
  }
}
