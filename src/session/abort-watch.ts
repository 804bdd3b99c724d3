/** Who is told of a signal's abort, by signal. */
const watches = new WeakMap<AbortSignal, Watch>();

/** The one listener that this package has on a signal, however many calls of however many isolates it cancels. */
class Watch {
  readonly #signal: AbortSignal;
  readonly #callbacks = new Set<() => void>();
  readonly #onAbort = (): void => {
    watches.delete(this.#signal);
    for (const callback of this.#callbacks) callback();
    this.#callbacks.clear();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    watches.set(signal, this);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  add(callback: () => void): void {
    this.#callbacks.add(callback);
  }

  remove(callback: () => void): void {
    if (!this.#callbacks.delete(callback) || this.#callbacks.size > 0 || watches.get(this.#signal) !== this) return;
    watches.delete(this.#signal);
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}

/**
 * Calls back once, when the signal aborts; a signal that has aborted already calls nobody back.
 *
 * @param callback must not throw
 * @returns how to forget it
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const watch = watches.get(signal) ?? new Watch(signal);
  watch.add(callback);
  return () => watch.remove(callback);
}
