/** How a wait behaves; by default it keeps the process alive and cannot be cut short. */
export interface DelayOptions {
  readonly ref?: boolean;
  /** Cuts the wait short: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Waits by the true clock. `node:timers/promises` is looked up at each call, and so may be a fake. */
export function delay(ms: number): Promise<void>;
export function delay<Value>(ms: number, value: Value, options?: DelayOptions): Promise<Value>;
export function delay(ms: number, value?: unknown, { ref = true, signal }: DelayOptions = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      signal?.removeEventListener("abort", giveUp);
      resolve(value);
    };
    const timer = setTimeout(give, ms);
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (!ref) timer.unref();
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
  });
}

/** The next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
