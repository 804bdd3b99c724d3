import { delay } from "../intrinsics/index.js";
import { isAlive } from "./process-state.js";
import { inSlices, type Steps } from "./slices.js";

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/**
 * Waits until all of `pids` have ended, zombies included, and resolves with those still alive after `timeoutMs`:
 * empty when all are gone. No system tells us of the end of a process that is not our child, so it looks again and
 * again, at first after 1 ms, later every 20 ms. Keeps this process alive while it waits.
 */
export async function waitForExit(pids: readonly number[], timeoutMs: number): Promise<number[]> {
  const deadline = performance.now() + timeoutMs;
  let pauseMs = FIRST_PAUSE_MS;
  let left = [...pids];
  for (;;) {
    left = await inSlices(fromFirstAlive(left));
    const leftMs = deadline - performance.now();
    if (left.length === 0) return left;
    if (leftMs <= 0) return inSlices(stillAlive(left));
    await delay(Math.min(pauseMs, leftMs));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** While one lives, how many others do is of no interest. */
function* fromFirstAlive(pids: readonly number[]): Steps<number[]> {
  for (const [index, pid] of pids.entries()) {
    if (isAlive(pid)) return pids.slice(index);
    yield;
  }
  return [];
}

function* stillAlive(pids: readonly number[]): Steps<number[]> {
  const alive: number[] = [];
  for (const pid of pids) {
    if (isAlive(pid)) alive.push(pid);
    yield;
  }
  return alive;
}
