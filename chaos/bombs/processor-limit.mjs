import { cpus } from "node:os";
import { ProcessIsolator } from "process-isolation";
import { MODULE } from "./bombs.mjs";
import { median } from "./statistics.mjs";

const PERCENTS = [25, 50, 80];
const WINDOWS = 3;
/** Windows in which the machine had nothing left are measured again, so often at the most. */
const MOST_STARVED = 9;
/** Below, in percent of one core, the process may have got less than it was allowed because others were there. */
const LEAST_IDLE = 5;

export const PROCESSOR_HEAD = ["limits.cpu", "mechanism", "used, %", "of windows", "starved windows", "target"];

/**
 * What a busy loop gets of a core within limits, by the process's own usage.
 * @param {number} seconds
 * @returns {Promise<{ rows: (string | number)[][], wrongs: string[] }>}
 */
export async function measureProcessorLimits(seconds) {
  const rows = [];
  const wrongs = [];
  for (const percent of PERCENTS) {
    const isolator = await ProcessIsolator.create({ limits: { cpu: percent } });
    const mechanism = (await isolator.status()).limits.cpu?.mechanism ?? "none";
    const tolerance = mechanism.startsWith("cgroup") ? 5 : 10;
    await isolator.invoke(MODULE, "harmless");
    const { whole, starved } = await takeWindows(isolator, seconds * 1_000);
    await isolator.shutdown();
    const windows = whole.length === 0 ? starved : whole;
    const used = median(windows);
    const shown = windows.map((share) => share.toFixed(1)).join(" ");
    rows.push([percent, mechanism, used.toFixed(1), shown, starved.length, `± ${tolerance}`]);
    const isTooLittle = used < percent - tolerance && whole.length > 0;
    if (used > percent + tolerance || isTooLittle) {
      wrongs.push(`limits.cpu ${percent} by ${mechanism}: ${used.toFixed(1)} % was used`);
    }
  }
  return { rows, wrongs };
}

/**
 * What was used in each window, in percent of one core: in those with room for more, and in the others.
 * @param {ProcessIsolator} isolator
 * @param {number} ms
 */
async function takeWindows(isolator, ms) {
  const whole = [];
  const starved = [];
  while (whole.length < WINDOWS && starved.length < MOST_STARVED) {
    const { percent, idle } = await useProcessor(isolator, ms);
    if (idle < LEAST_IDLE) starved.push(percent);
    else whole.push(percent);
  }
  return { whole, starved };
}

/** In percent of one core: what the process used, and what nobody did. @param {ProcessIsolator} isolator @param {number} ms */
async function useProcessor(isolator, ms) {
  const [idleBefore, startedAt] = [idleMs(), performance.now()];
  const { usedMs, tookMs } = /** @type {{ usedMs: number, tookMs: number }} */ (
    await isolator.invoke(MODULE, "use", [ms])
  );
  const idle = (100 * (idleMs() - idleBefore)) / (performance.now() - startedAt);
  return { percent: (100 * usedMs) / tookMs, idle };
}

function idleMs() {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
