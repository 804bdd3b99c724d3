/** Counts the calls of this process and tells when none runs any more. */
export class CallLedger {
  #inFlight = 0;
  #done = 0;
  #failed = 0;
  #onIdle: (() => void)[] = [];

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls that returned. */
  get done(): number {
    return this.#done;
  }

  /** Calls that threw. */
  get failed(): number {
    return this.#failed;
  }

  /** A call begins; exactly one of `succeed` and `fail` ends it. */
  begin(): void {
    this.#inFlight += 1;
  }

  succeed(): void {
    this.#done += 1;
    this.#end();
  }

  fail(): void {
    this.#failed += 1;
    this.#end();
  }

  /** Resolves when no call runs: at once, or when the last one ends. */
  idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0 || this.#onIdle.length === 0) return;
    for (const notify of this.#onIdle.splice(0)) notify();
  }
}
