/** The longest delay of a Node.js timer, in milliseconds: 24.8 days. A longer one fires after 1 ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A delay as a timer can wait it: none that is too long, and no sum of two, fires at once. */
export function timerDelay(ms: number): number {
  return Math.min(ms, LONGEST_TIMER_MS);
}
