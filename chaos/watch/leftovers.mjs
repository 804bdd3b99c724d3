import { setTimeout as sleep } from "node:timers/promises";
import { describeProcess, endProcess, isAlive, processesMarked } from "./processes.mjs";

/** What is still there then stays for ever, in milliseconds. */
const FOR_EVER_MS = 5_000;
const POLL_MS = 5;

/**
 * Waits until a dead host has left nothing, and ends what it leaves for ever.
 * @param {object} host
 * @param {string} host.mark what the environment of every descendant holds
 * @param {readonly import("./processes.mjs").ProcessRecord[]} host.known processes that are to go beside the marked ones
 * @param {() => string[]} host.files what is left on disk
 * @returns {Promise<{ goneAfterMs: number, left: string[] }>}
 */
export async function awaitNothingLeft({ mark, known, files }) {
  const diedAt = performance.now();
  // Looking into all environments takes milliseconds: those that were there at the death are followed by id instead.
  const processes = [...known, ...processesMarked(mark)];
  for (;;) {
    const goneAfterMs = performance.now() - diedAt;
    const alive = processes.filter(isAlive);
    if (alive.length === 0 && files().length === 0) {
      const late = processesMarked(mark);
      if (late.length === 0) return { goneAfterMs, left: [] };
      processes.push(...late);
    }
    if (goneAfterMs > FOR_EVER_MS)
      return { goneAfterMs, left: clearAway([...alive, ...processesMarked(mark)], files()) };
    await sleep(POLL_MS);
  }
}

/** Files are left where they are: the next host may take them away. @param {readonly import("./processes.mjs").ProcessRecord[]} processes @param {readonly string[]} files */
function clearAway(processes, files) {
  const seen = new Map(processes.map((record) => [record.pid, record]));
  const left = [...[...seen.values()].map(describeProcess), ...files];
  for (const record of seen.values()) endProcess(record);
  return left;
}
