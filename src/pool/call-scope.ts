import type { IsolationError } from "../errors/index.js";
import type { Call } from "../isolator/index.js";
import { quiet } from "../session/index.js";

/** Calls that are given up together. */
export class CallScope {
  readonly #calls = new Set<Call>();

  add(call: Call): void {
    this.#calls.add(call);
    const forget = (): void => void this.#calls.delete(call);
    void quiet(call.result).then(forget, forget);
  }

  giveUp(toError: () => IsolationError, reason: unknown): void {
    for (const call of this.#calls) call.giveUp(toError(), reason);
    this.#calls.clear();
  }
}
