/**
 * A measurement of a fixed amount of work that takes about `runMs`. The warm-up finds the amount and goes on until the
 * code that runs often, on both sides, is compiled.
 *
 * @param {(amount: number) => Promise<void>} run does and checks that much of the work
 * @param {Pick<import("./effort.mjs").Effort, "runMs" | "warmMs">} effort
 * @param {(elapsedMs: number, amount: number) => number} toSample
 */
export function steadyWork(run, { runMs, warmMs }, toSample) {
  let amount = 1;
  const timed = async () => {
    const startedAt = performance.now();
    await run(amount);
    return performance.now() - startedAt;
  };
  return {
    async warmUp() {
      const startedAt = performance.now();
      let elapsedMs = await timed();
      while (elapsedMs < runMs / 2) {
        amount = Math.ceil(amount * Math.min(8, Math.max(1.5, runMs / elapsedMs)));
        elapsedMs = await timed();
      }
      while (performance.now() - startedAt < warmMs) elapsedMs = await timed();
      amount = Math.max(1, Math.round((amount * runMs) / elapsedMs));
    },
    measure: async () => toSample(await timed(), amount),
  };
}

/** Samples in units of work a second. @param {number} elapsedMs @param {number} amount */
export const perSecond = (elapsedMs, amount) => (amount * 1000) / elapsedMs;

/** Samples in milliseconds for a unit of work. @param {number} elapsedMs @param {number} amount */
export const millisecondsEach = (elapsedMs, amount) => elapsedMs / amount;
