import { type AsyncContext, captureContext } from "./async-context.js";

/** What belongs to one call, and ends with it: references that were lent for it, and stand-ins that came with it. */
export class Scope {
  #onEnd: (() => void)[] = [];
  /** The parts of a large payload that are still on their way; what comes after it waits for them. */
  #sending: Promise<void> | undefined;

  #context: AsyncContext | undefined;

  /** Where the call was made: what is lent for it runs there. Only calls that lend something have one. */
  get context(): AsyncContext {
    this.#context ??= captureContext();
    return this.#context;
  }

  onEnd(callback: () => void): void {
    this.#onEnd.push(callback);
  }

  /**
   * Sends something in the order in which it was given: at once, or after what has to go in parts.
   *
   * @param sent resolves when the parts of this very thing have left, if it has any
   */
  inOrder(sent: Promise<void> | undefined, send: () => void): void {
    if (sent === undefined && this.#sending === undefined) {
      send();
      return;
    }
    const mine = Promise.all([this.#sending, sent]).then(() => {
      if (this.#sending === mine) this.#sending = undefined;
      send();
    });
    this.#sending = mine;
  }

  /** Ends everything in it, once. */
  end(): void {
    for (const callback of this.#onEnd.splice(0)) callback();
  }
}
