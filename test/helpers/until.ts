import { setTimeout as sleep } from "node:timers/promises";

/** Resolves once `fact` holds; rejects when it does not within `timeoutMs`. */
export async function until(fact: () => boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!fact()) {
    if (performance.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${fact}`);
    await sleep(5);
  }
}
