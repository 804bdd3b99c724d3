/** Longer than any program that waits for it: the timer only has to exist. */
const FOR_EVER_MS = 2 ** 31 - 1;

/**
 * Keeps the host process alive while, and only while, somebody waits for something: every pipe and socket of an isolate
 * is unref'd, so this is the one handle that counts.
 */
export class KeepAlive {
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  acquire(): void {
    this.#waiting += 1;
    this.#timer ??= setInterval(() => {}, FOR_EVER_MS);
    if (this.#waiting === 1) this.#timer.ref();
  }

  release(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#timer?.unref();
  }

  /** Holds the host until the promise settles. */
  async during<T>(promise: Promise<T>): Promise<T> {
    this.acquire();
    try {
      return await promise;
    } finally {
      this.release();
    }
  }

  /** Forgets the timer itself, once nobody can wait any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
