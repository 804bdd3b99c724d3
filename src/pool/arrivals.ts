import type { IsolationError } from "../errors/index.js";
import { ReadyGate } from "../isolator/index.js";
import type { Member } from "./member.js";
import type { PoolPolicy } from "./options/index.js";
import type { Roster } from "./roster.js";

/** Who waits for processes of a pool: whoever makes it for those that are kept, and others for any. */
export class Arrivals {
  readonly #kept: number;
  readonly #roster: Roster;
  readonly #any = new ReadyGate<Member>();
  #all: { readonly resolve: () => void; readonly reject: (error: IsolationError) => void } | undefined;

  constructor({ min, spares }: PoolPolicy, roster: Roster) {
    this.#kept = Math.max(min, spares);
    this.#roster = roster;
  }

  /** Whether somebody waits for those that are kept. */
  get areKeptAwaited(): boolean {
    return this.#all !== undefined;
  }

  /** How many wait for any. */
  get waiting(): number {
    return this.#any.size;
  }

  /** Resolves when those that are kept take calls. */
  whenKept(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#all = { resolve, reject };
    });
  }

  /** Resolves with one that takes requests. */
  whenAny(): Promise<Member> {
    return this.#any.wait();
  }

  /** A process takes calls, or none has to be there. */
  arrived(): void {
    const least = this.waiting > 0 ? this.#roster.leastRequested() : undefined;
    if (least !== undefined) this.#any.open(least);
    if (this.#all === undefined || this.#roster.open.length < this.#kept) return;
    this.#all.resolve();
    this.#all = undefined;
  }

  /** Those that are kept will not be there. */
  keptFailed(error: IsolationError): void {
    this.#all?.reject(error);
    this.#all = undefined;
  }

  /** There is none for those who wait for any. */
  refuse(toError: () => IsolationError): void {
    this.#any.refuse(toError);
  }
}
