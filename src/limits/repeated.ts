/** Runs a step again and again, after as many milliseconds as the step returns each time. Never keeps the host alive. */
export class Repeated {
  readonly #step: () => number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(step: () => number) {
    this.#step = step;
    this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #run(): void {
    const delayMs = this.#step();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#run(), delayMs);
    this.#timer.unref();
  }
}
