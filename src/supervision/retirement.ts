import { killGeneration, shutDownGeneration } from "./end-generation.js";
import type { Generation } from "./generation.js";

/** Why a retiring process ends, as it is told. */
const REASON = "recycled";

/** Processes whose successor has taken over, while they finish their last calls. */
export class Retirement {
  readonly #retiring = new Set<Generation>();
  /** Of each that was ever here: until it is gone, with all that it started. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #graceMs: number;

  /** @param graceMs what a process gets to end once its last call is over */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  has(generation: Generation): boolean {
    return this.#retiring.has(generation);
  }

  /** How many have calls yet, or are about to end. */
  get size(): number {
    return this.#retiring.size;
  }

  /** Another takes the calls of this one: it is ended with all others from now on. */
  add(generation: Generation): void {
    this.#retiring.add(generation);
    const leaving = this.#leave(generation).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** Ends one that is here once it has drained. */
  endOnce(drained: Promise<void>, generation: Generation): void {
    void drained.then(() => this.#end(generation, this.#graceMs));
  }

  /** The others of an isolator that shuts down: their calls get `graceMs` too. Resolves when they are gone. */
  async shutdown(graceMs: number): Promise<void> {
    await Promise.all([...this.#retiring].map((generation) => this.#end(generation, graceMs)));
    await this.gone();
  }

  /** Kills all of them. Resolves when they are gone. */
  async terminate(): Promise<void> {
    await Promise.all([...this.#retiring].map(killGeneration));
    await this.gone();
  }

  /** Resolves when all that were ever here are gone, with all that they started. */
  async gone(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  async #leave(generation: Generation): Promise<void> {
    await generation.outcome;
    this.#retiring.delete(generation);
    await generation.gone;
  }

  async #end(generation: Generation, graceMs: number): Promise<void> {
    await shutDownGeneration(generation, REASON, graceMs);
    await generation.outcome;
  }
}
