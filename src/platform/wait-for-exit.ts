import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "./process-state.js";

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
  for (;;) {
    const alive = pids.filter(isAlive);
    const leftMs = deadline - performance.now();
    if (alive.length === 0 || leftMs <= 0) return alive;
    await delay(Math.min(pauseMs, leftMs));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
