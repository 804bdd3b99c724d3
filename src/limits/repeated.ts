/**
 * Runs a step again and again, after as many milliseconds as the step returns each time, or as it took, where that is
 * longer. Never keeps the host alive.
 */
export class Repeated {
  readonly #step: () => number | Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(step: () => number | Promise<number>) {
    this.#step = step;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const at = performance.now();
    const delayMs = await this.#step();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#run(), Math.max(delayMs, performance.now() - at));
    this.#timer.unref();
  }
}
