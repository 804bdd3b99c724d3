import { BoundedQueue } from "./bounded-queue.js";
import type { KernelLogLine, Logs } from "./logs.js";

/** Lines, and bytes of their text, that may wait for one reader; the oldest are dropped then. */
export const WAITING_LINES = 4_096;
export const WAITING_BYTES = 1024 * 1024;

/** Lines as they are written, for a reader that may be too slow for them. */
export class LogFollower {
  #bytes = 0;
  #dropped = 0;
  readonly #queue: BoundedQueue<KernelLogLine>;
  readonly #forget: (() => void)[];

  /** @param over aborted when no line will follow */
  constructor(logs: Logs, over: AbortSignal, wanted: ReadonlySet<string> | undefined) {
    this.#queue = new BoundedQueue(WAITING_LINES, () => this.#drop());
    const end = (): void => this.#queue.end();
    if (over.aborted) end();
    over.addEventListener("abort", end, { once: true });
    this.#forget = [
      () => over.removeEventListener("abort", end),
      logs.follow((line) => {
        if (wanted?.has(line.isolate) !== false) this.#push(line);
      }),
    ];
  }

  /** No lines when it has ended. */
  async next(): Promise<{ lines: readonly KernelLogLine[]; dropped: number }> {
    const lines = await this.#queue.next();
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#bytes = 0;
    return { lines, dropped };
  }

  end(): void {
    this.#queue.end();
    for (const forget of this.#forget) forget();
  }

  #push(line: KernelLogLine): void {
    this.#bytes += line.text.length;
    while (this.#bytes > WAITING_BYTES && this.#drop());
    this.#queue.push(line);
  }

  #drop(): boolean {
    const oldest = this.#queue.drop();
    if (oldest === undefined) return false;
    this.#bytes -= oldest.text.length;
    this.#dropped += 1;
    return true;
  }
}
