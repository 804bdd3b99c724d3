import { expect } from "vitest";

/** Resolves once `fact` holds; fails the test when it does not within `timeoutMs`. */
export async function until(fact: () => boolean, timeoutMs = 5_000): Promise<void> {
  await expect.poll(fact, { interval: 5, timeout: timeoutMs }).toBe(true);
}
