import type { IsolationError } from "../errors/index.js";

/** Where those wait who need a process, until one is ready or none will be. */
export class ReadyGate<Process> {
  #waiters: { resolve: (ready: Process) => void; reject: (error: IsolationError) => void }[] = [];

  /** How many wait. */
  get size(): number {
    return this.#waiters.length;
  }

  wait(): Promise<Process> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** One is ready. */
  open(ready: Process): void {
    for (const { resolve } of this.#waiters.splice(0)) resolve(ready);
  }

  /** None will be. */
  refuse(toError: () => IsolationError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(toError());
  }
}
