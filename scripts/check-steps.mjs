import { cpus } from "node:os";

/**
 * What a step came to: "skipped" carries its reason in `output`.
 * @typedef {{ state: "passed" | "failed" | "skipped", output: string }} StepResult
 * @typedef {{ name: string, run: () => Promise<StepResult>, after?: string }} Step `after` names a step that must have passed
 */

/**
 * Runs steps, as many at a time as there are processors, and prints one line for each; what a step printed is shown
 * only when it failed.
 * @param {readonly Step[]} steps
 * @returns {Promise<number>} how many failed
 */
export async function runSteps(steps) {
  /** @type {Map<string, Promise<StepResult>>} */
  const results = new Map();
  const slots = createSlots(Math.max(2, cpus().length));
  for (const step of steps) {
    const before = step.after === undefined ? undefined : results.get(step.after);
    results.set(step.name, runStep(step, before, slots));
  }
  const failed = (await Promise.all(results.values())).filter(({ state }) => state === "failed");
  return failed.length;
}

/**
 * @param {Step} step
 * @param {Promise<StepResult> | undefined} before
 * @param {ReturnType<typeof createSlots>} slots
 * @returns {Promise<StepResult>}
 */
async function runStep(step, before, slots) {
  const gate = await before;
  if (gate !== undefined && gate.state !== "passed") {
    return report(step.name, { state: "skipped", output: `needs: ${step.after}` });
  }
  const release = await slots();
  const startedAt = Date.now();
  try {
    return report(step.name, await step.run(), Date.now() - startedAt);
  } catch (error) {
    return report(step.name, { state: "failed", output: `${error}` }, Date.now() - startedAt);
  } finally {
    release();
  }
}

/** @param {string} name @param {StepResult} result @param {number} [tookMs] */
function report(name, result, tookMs) {
  const time = tookMs === undefined ? "" : `${(tookMs / 1000).toFixed(1)} s`;
  const note = result.state === "skipped" ? `skipped: ${result.output}` : result.state;
  process.stdout.write(`${name.padEnd(28)} ${time.padStart(7)}  ${note}\n`);
  if (result.state === "failed") process.stdout.write(`${result.output.trimEnd().replace(/^/gm, "    ")}\n`);
  return result;
}

/** At most `count` holders at a time; the rest wait their turn. @param {number} count */
function createSlots(count) {
  /** @type {(() => void)[]} */
  const waiting = [];
  let free = count;
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise((/** @type {(value: void) => void} */ resolve) => waiting.push(resolve));
    return () => {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  };
}
