import type { IsolationError } from "../errors/index.js";
import type { Generation } from "../supervision/index.js";

/** Where requests of the framework itself wait for the next generation. */
export class ReadyGate {
  #waiters: { resolve: (live: Generation) => void; reject: (error: IsolationError) => void }[] = [];

  wait(): Promise<Generation> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** A generation is ready. */
  open(live: Generation): void {
    for (const { resolve } of this.#waiters.splice(0)) resolve(live);
  }

  /** None will be. */
  refuse(toError: () => IsolationError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(toError());
  }
}
