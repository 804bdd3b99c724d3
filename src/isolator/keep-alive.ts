/** Longer than any program that waits for it: the timer only has to exist. */
const FOR_EVER_MS = 2 ** 31 - 1;

let waiting = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Keeps the host process alive while, and only while, somebody waits for something: every pipe and socket of every
 * isolate is unref'd, so this is the one handle that counts.
 */
export const keepAlive = {
  acquire(): void {
    waiting += 1;
    if (waiting > 1) return;
    timer ??= setInterval(() => {}, FOR_EVER_MS);
    timer.ref();
  },

  release(): void {
    waiting -= 1;
    if (waiting === 0) timer?.unref();
  },

  /** Holds the host until the promise settles. */
  async during<T>(promise: Promise<T>): Promise<T> {
    keepAlive.acquire();
    try {
      return await promise;
    } finally {
      keepAlive.release();
    }
  },
};
