/** What did not come in time, or came otherwise. Its message is for the report. */
export class Mismatch extends Error {}

/** Waits until something is so, looking again whenever it is told that something has changed. */
export class Watch {
  /** @type {Set<() => void>} */
  #waiting = new Set();

  changed() {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * @template T
   * @param {() => T | undefined} find undefined: not yet; may throw a Mismatch where it can come no more
   * @param {number} timeoutMs
   * @param {() => string} explain what was waited for, and what came instead
   * @returns {Promise<T>}
   */
  until(find, timeoutMs, explain) {
    return new Promise((resolve, reject) => {
      const settle = (/** @type {() => void} */ settled) => {
        this.#waiting.delete(look);
        clearTimeout(timer);
        settled();
      };
      const look = () => {
        try {
          const found = find();
          if (found !== undefined) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => settle(() => reject(new Mismatch(`${explain()}, within ${timeoutMs} ms`))),
        timeoutMs,
      );
      this.#waiting.add(look);
      look();
    });
  }
}

/** A value in a report, not longer than a line. @param {unknown} value */
export function show(value) {
  const text = JSON.stringify(value, (_, each) => (Buffer.isBuffer(each) ? `${each.length} bytes` : each)) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
