import { setTimeout as delay } from "node:timers/promises";
import { hostReaper } from "../platform/index.js";

/** How long whoever ends the last isolator of a host waits for its reaper, which may have gigabytes to remove. */
const PATIENCE_MS = 1_000;

/**
 * The same outcome, when the host's reaper is gone with its last isolator, and at once where there is another: then nothing
 * is left, neither a handle nor a process that a thread which ends now could not wait for.
 */
export async function toTheEnd<T>(ended: Promise<T>): Promise<T> {
  const outcome = await ended;
  const scope = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { ref: false, signal: scope.signal }).catch(() => {});
  await Promise.race([hostReaper().over(), late]);
  scope.abort();
  return outcome;
}
