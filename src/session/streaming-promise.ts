import { iterateLater } from "./iterate-later.js";

/** The promise of a call, which may as well be iterated: `for await (const row of api.readRows())`. */
export interface StreamingPromise extends Promise<unknown> {
  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined>;
}

/**
 * Iterates what the call returns, once it has. A property of each promise rather than a subclass: V8 awaits only plain
 * promises without a detour.
 */
export function iterateResult(this: Promise<unknown>): AsyncIterator<unknown, undefined> {
  return iterateLater(this);
}
