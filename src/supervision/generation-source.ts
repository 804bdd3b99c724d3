import { activateGeneration } from "./activate-generation.js";
import type { Generation, GenerationSpec } from "./generation.js";
import { Standby } from "./standby.js";
import { startGeneration } from "./start-generation.js";
import { startSpare } from "./start-spare.js";
import type { SupervisorListener } from "./supervisor-listener.js";

/** Who prepares what comes from here. */
type SourceListener = Pick<SupervisorListener, "activate" | "warmUp">;

/** Where generations come from: the spares that are ready, or a start. */
export class GenerationSource {
  readonly #spec: GenerationSpec;
  readonly #listener: SourceListener;
  readonly #standby: Standby;
  #serial = 0;
  /** Aborted when no further process is wanted. */
  readonly #closing = new AbortController();
  #successor: Promise<unknown> | undefined;
  #spares: Promise<void> | undefined;

  /** @param spares how many spare processes are kept ready */
  constructor(spec: GenerationSpec, spares: number, listener: SourceListener) {
    this.#spec = spec;
    this.#listener = listener;
    this.#standby = new Standby(spares, (signal) => this.#startSpare(signal));
  }

  /** Starts as many spares as are missing, soon. */
  fillSoon(): void {
    this.#standby.fillSoon();
  }

  /**
   * The generation of this number, ready for calls.
   *
   * @throws StartFailure; nothing of the attempt is left then
   */
  async next(number: number, signal: AbortSignal): Promise<Generation> {
    const live =
      this.#standby.take() ?? (await startGeneration(this.#spec, { serial: this.#nextSerial(), number }, signal));
    return this.#activate(live, number, signal);
  }

  /**
   * The generation of this number, ready to take over from the present one, which takes the calls meanwhile.
   *
   * @throws StartFailure; nothing of the attempt is left then
   */
  successor(number: number): Promise<Generation> {
    const preparing = this.#prepareSuccessor(number);
    this.#successor = preparing.catch(() => {});
    return preparing;
  }

  /** Whether no further process is wanted. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** No further process is wanted: those that wait or start in vain end now. */
  close(): void {
    this.#closing.abort();
    this.#spares ??= this.#standby.stop();
  }

  /** Resolves when those that waited or started in vain are gone. Call it once it is closed. */
  async gone(): Promise<void> {
    await Promise.all([this.#successor, this.#spares]);
  }

  async #prepareSuccessor(number: number): Promise<Generation> {
    const { signal } = this.#closing;
    return this.#activate(this.#standby.take() ?? (await this.#startSpare(signal)), number, signal);
  }

  async #activate(live: Generation, number: number, signal: AbortSignal): Promise<Generation> {
    const { isolate } = this.#spec;
    await activateGeneration(live, number, { isolate, listener: this.#listener, signal });
    return live;
  }

  #startSpare(signal: AbortSignal): Promise<Generation> {
    return startSpare(this.#spec, this.#nextSerial(), (spare) => this.#listener.warmUp(spare), signal);
  }

  #nextSerial(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
