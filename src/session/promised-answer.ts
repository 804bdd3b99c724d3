import type { Answer } from "./call-target.js";
import { iterateLater } from "./iterate-later.js";

/** The promise of a call, which may as well be iterated: `for await (const row of api.readRows())`. */
interface StreamingPromise extends Promise<unknown> {
  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined>;
}

/** What a caller gets of a call that it has made. */
export class PromisedAnswer implements Answer {
  readonly promise: Promise<unknown>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // A property of each promise rather than a subclass: V8 awaits only plain promises without a detour.
    (this.promise as StreamingPromise)[Symbol.asyncIterator] = iterateResult;
  }
}

/** Iterates what the call returns, once it has. */
function iterateResult(this: Promise<unknown>): AsyncIterator<unknown, undefined> {
  return iterateLater(this);
}
