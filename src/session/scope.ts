/** What belongs to one call, and ends with it: references that were lent for it, and stand-ins that came with it. */
export class Scope {
  #onEnd: (() => void)[] = [];

  onEnd(callback: () => void): void {
    this.#onEnd.push(callback);
  }

  /** Ends everything in it, once. */
  end(): void {
    for (const callback of this.#onEnd.splice(0)) callback();
  }
}
