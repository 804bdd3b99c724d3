import { type Generation, type RecyclePolicy, Recycling, type Unresponsive, Watchdog } from "../supervision/index.js";

export interface CareOptions {
  /** How long the event loop may take to answer, in milliseconds; without it only frozen processes are found. */
  readonly unresponsiveAfterMs: number | undefined;
  readonly recycle: RecyclePolicy;
  /** Not where a debugger may stop the process as long as somebody looks at it, and not where the process is the host. */
  readonly isWatched: boolean;
  /** Where the processor limit works by stopping the process again and again, a stopped process proves nothing. */
  readonly isThrottled: boolean;
}

export interface CareHooks {
  /** Whether somebody waits for the generation. */
  readonly isAwaited: () => boolean;
  /** Whether a call runs in it, even if nobody waits for it any more. */
  readonly isBusy: () => boolean;
  readonly onUnresponsive: (seen: Unresponsive) => void;
  /** Replaces the generation; false when no successor is to be had now. */
  readonly recycle: () => Promise<boolean>;
}

/** What looks after one process from the moment in which it takes calls until its end, its retirement included. */
export class GenerationCare {
  readonly #watchdog: Watchdog | undefined;
  readonly #recycling: Recycling;

  constructor(live: Generation, options: CareOptions, { isAwaited, isBusy, onUnresponsive, recycle }: CareHooks) {
    const { unresponsiveAfterMs, isWatched, isThrottled } = options;
    if (isWatched) {
      this.#watchdog = new Watchdog(live, {
        unresponsiveAfterMs,
        isBusy: () => !isThrottled && isAwaited(),
        onUnresponsive,
      });
    }
    this.#recycling = new Recycling(options.recycle, live, { isBusy, recycle });
  }

  callStarted(): void {
    this.#recycling.callStarted();
  }

  callEnded(): void {
    this.#recycling.callEnded();
  }

  /** Has the process replaced, now if possible. */
  recycle(): void {
    this.#recycling.due();
  }

  /** Another process takes the calls; those that run here are watched to their end. */
  retire(): void {
    this.#recycling.stop();
  }

  stop(): void {
    this.#watchdog?.stop();
    this.#recycling.stop();
  }
}
