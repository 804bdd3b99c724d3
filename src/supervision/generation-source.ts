import type { Generation, GenerationSpec } from "./generation.js";
import { Standby } from "./standby.js";
import { StartFailure } from "./start-failure.js";
import { startGeneration } from "./start-generation.js";
import { startSpare } from "./start-spare.js";
import type { SupervisorListener } from "./supervisor-listener.js";

/** Where generations come from: the spares that are ready, or a start. */
export class GenerationSource {
  readonly #spec: GenerationSpec;
  readonly #listener: Pick<SupervisorListener, "onStartFailed" | "warmUp">;
  readonly #standby: Standby;
  #serial = 0;
  /** Aborted when no further process is wanted. */
  readonly #closing = new AbortController();
  #successor: Promise<unknown> | undefined;
  #spares: Promise<void> | undefined;

  /** @param spares how many spare processes are kept ready */
  constructor(spec: GenerationSpec, spares: number, listener: Pick<SupervisorListener, "onStartFailed" | "warmUp">) {
    this.#spec = spec;
    this.#listener = listener;
    this.#standby = new Standby(spares, (signal) => this.#startSpare(signal));
  }

  /** A spare that is ready, if there is one. */
  takeSpare(): Generation | undefined {
    return this.#standby.take();
  }

  /** Starts as many spares as are missing, soon. */
  fillSoon(): void {
    this.#standby.fillSoon();
  }

  /**
   * Starts the generation of this number.
   *
   * @throws StartFailure; nothing of the attempt is left then
   */
  start(number: number, signal: AbortSignal): Promise<Generation> {
    return startGeneration(this.#spec, { serial: this.#nextSerial(), number }, signal);
  }

  /**
   * Starts a spare that is to be the generation of this number while the present one takes calls.
   *
   * @returns `undefined` when it is not to be had
   */
  startSuccessor(number: number): Promise<Generation | undefined> {
    const { signal } = this.#closing;
    const starting = this.#startSpare(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#listener.onStartFailed(number, StartFailure.of(error).error, true);
      return undefined;
    });
    this.#successor = starting;
    return starting;
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

  #startSpare(signal: AbortSignal): Promise<Generation> {
    return startSpare(this.#spec, this.#nextSerial(), (spare) => this.#listener.warmUp(spare), signal);
  }

  #nextSerial(): number {
    this.#serial += 1;
    return this.#serial;
  }
}
