/** Who needs the reaper: an isolator until it is down, a process until nothing of it is left. */
export type ReaperUser = "isolator" | "process";

/** Counts who needs the reaper, so that it goes with the last of them. */
export class ReaperHolds {
  readonly #held = { isolator: 0, process: 0 };
  readonly #onIdle: () => void;
  #waiters: (() => void)[] = [];
  #running = 0;

  /** @param onIdle called when nobody needs it any more */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  get isHeld(): boolean {
    return this.#held.isolator + this.#held.process > 0;
  }

  /** Returns how to give it back, once. */
  hold(user: ReaperUser): () => void {
    this.#held[user] += 1;
    this.#look();
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      this.#held[user] -= 1;
      if (!this.isHeld) this.#onIdle();
      this.#look();
    };
  }

  /** A process of the reaper has been started. Returns how to say that it is gone. */
  started(): () => void {
    this.#running += 1;
    return () => {
      this.#running -= 1;
      this.#look();
    };
  }

  /** Resolves when every process of the reaper is gone, or at once where another isolator needs it. */
  over(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#look();
    });
  }

  #look(): void {
    if (this.#held.isolator === 0 && (this.isHeld || this.#running > 0)) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
