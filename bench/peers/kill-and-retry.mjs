import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Kills a process and asks its pool until it answers again: the calls that fail meanwhile are the user's to repeat.
 * @param {number} pid
 * @param {() => Promise<number>} ask
 */
export async function killAndRetry(pid, ask) {
  process.kill(pid, "SIGKILL");
  for (;;) {
    try {
      return await ask();
    } catch {
      await nextTurn();
    }
  }
}
