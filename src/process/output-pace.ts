/** The share of the event loop's time that the output of all processes may take together, once it is much. */
const SHARE = 0.25;

/** How long output is handled before everything else gets its turn, in milliseconds. */
const TURN_MS = 0.5;

/** Unspent time that is kept up, in milliseconds: what comes now and then never waits. */
const MOST_CREDIT_MS = 25;

/** More is not charged for a turn, in milliseconds: a listener that blocks for long is not the process's doing. */
const MOST_CHARGE_MS = 20;

/** What a read costs beside the handling of its bytes, in the kernel and in Node.js, in milliseconds. */
const READ_MS = 0.02;
const BYTE_MS = 1e-6;

/** Output of a process that has been read and waits to be handled. */
export interface PacedOutput {
  /** Handles some until `deadline`, by `performance.now()`; returns whether more is left. */
  work(deadline: number): boolean;
}

/**
 * Hands out time to the outputs of all processes, in short turns, one after the other. Whoever writes more than can be
 * handled in this time is not read meanwhile, and so waits in its next write. Does not keep the host alive.
 */
export class OutputPace {
  readonly #waiting = new Set<PacedOutput>();
  #credit = MOST_CREDIT_MS;
  #creditAt = performance.now();
  #isScheduled = false;

  /** Handles what an output has, at once where there is time for it; returns whether that was all. */
  take(output: PacedOutput, bytes: number): boolean {
    this.#credit -= READ_MS + bytes * BYTE_MS;
    if (this.#waiting.size === 0 && this.#hasCredit() && !this.#turn(output, performance.now())) return true;
    this.#waiting.add(output);
    this.#schedule();
    return false;
  }

  /** This output waits no more. */
  leave(output: PacedOutput): void {
    this.#waiting.delete(output);
  }

  #turn(output: PacedOutput, startedAt: number): boolean {
    const isLeft = output.work(startedAt + TURN_MS);
    this.#credit -= Math.min(MOST_CHARGE_MS, performance.now() - startedAt);
    return isLeft;
  }

  #hasCredit(): boolean {
    const now = performance.now();
    this.#credit = Math.min(MOST_CREDIT_MS, this.#credit + (now - this.#creditAt) * SHARE);
    this.#creditAt = now;
    return this.#credit > 0;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    const run = (): void => {
      this.#isScheduled = false;
      this.#run();
    };
    // An immediate that holds nothing is not waited for: it would come with whatever happens next. The credit ends these.
    if (this.#hasCredit()) setImmediate(run);
    else setTimeout(run, Math.ceil((TURN_MS - this.#credit) / SHARE)).unref();
  }

  #run(): void {
    const [output] = this.#waiting;
    try {
      if (output === undefined || !this.#hasCredit()) return;
      this.#waiting.delete(output);
      if (this.#turn(output, performance.now())) this.#waiting.add(output);
    } finally {
      // A listener may have thrown.
      this.#schedule();
    }
  }
}

/** The pace of this host. */
export const outputPace = new OutputPace();
