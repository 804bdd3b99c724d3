import type { IntervalHistogram } from "node:perf_hooks";

const RESOLUTION_MS = 20;

/** How late timers fire. Measured only from the first reading on: the histogram's timer would wake an idle process. */
export class EventLoopLag {
  #histogram: IntervalHistogram | undefined;

  /** The 99th percentile since the previous reading, in milliseconds; the first reading measures one turn of the loop. */
  async read(): Promise<number> {
    if (this.#histogram === undefined) {
      this.#histogram = process
        .getBuiltinModule("node:perf_hooks")
        .monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#histogram.enable();
      const before = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      return performance.now() - before;
    }
    const { count } = this.#histogram;
    const lag = count === 0 ? 0 : Math.max(0, this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS);
    this.#histogram.reset();
    return lag;
  }
}
