import { discardGeneration } from "./end-generation.js";
import type { Generation } from "./generation.js";

/** How long after a spare took over the next one is started: its calls come first, and to start a process takes a while. */
const FILL_MS = 25;

/** How long after a spare failed to start the next one is tried, in milliseconds. */
const RETRY_MS = 1_000;

/** Starts a spare; rejects when that fails. */
export type StartSpare = (signal: AbortSignal) => Promise<Generation>;

/** Processes that are started, have shaken hands, and wait to take over. */
export class Standby {
  readonly #size: number;
  readonly #start: StartSpare;
  readonly #abort = new AbortController();
  #ready: Generation[] = [];
  readonly #starting = new Set<Promise<void>>();
  readonly #leaving = new Set<Promise<unknown>>();
  #retry: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(size: number, start: StartSpare) {
    this.#size = size;
    this.#start = start;
  }

  /** The spares that could take over now. */
  get ready(): readonly Generation[] {
    return this.#ready;
  }

  /** Starts as many as are missing. */
  fill(): void {
    if (this.#abort.signal.aborted || this.#retry !== undefined) return;
    while (this.#ready.length + this.#starting.size < this.#size) {
      const starting = this.#add().finally(() => this.#starting.delete(starting));
      this.#starting.add(starting);
    }
  }

  /** Starts as many as are missing, soon. */
  fillSoon(): void {
    if (this.#abort.signal.aborted || this.#size === 0) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.fill();
    }, FILL_MS);
    this.#soon.unref();
  }

  /** A spare to take over, if one is ready. One that has died, whether or not that was reported yet, is none. */
  take(): Generation | undefined {
    const spare = this.#ready.shift();
    if (spare === undefined || !spare.isOver) return spare;
    void this.#discard(spare);
    return this.take();
  }

  /** Ends all spares; resolves when they are gone. */
  async stop(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#retry);
    clearTimeout(this.#soon);
    for (const spare of this.#ready.splice(0)) void this.#discard(spare);
    await Promise.all([...this.#starting, ...this.#leaving]);
  }

  #discard(spare: Generation): Promise<unknown> {
    const leaving = discardGeneration(spare).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    return leaving;
  }

  async #add(): Promise<void> {
    try {
      const spare = await this.#start(this.#abort.signal);
      if (this.#abort.signal.aborted) {
        await discardGeneration(spare);
        return;
      }
      this.#ready.push(spare);
      void spare.outcome.then(() => this.#lose(spare));
    } catch {
      // The generation that is needed tells of such failures; a spare just comes later.
      this.#fillLater();
    }
  }

  #lose(spare: Generation): void {
    const index = this.#ready.indexOf(spare);
    if (index === -1) return;
    this.#ready.splice(index, 1);
    void this.#discard(spare);
    this.#fillLater();
  }

  #fillLater(): void {
    if (this.#abort.signal.aborted) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.fill();
    }, RETRY_MS);
    this.#retry.unref();
  }
}
