import type { Call } from "./call.js";

/** The calls that run in one generation. Not a Set, for the reason that `IdRing` gives. */
export class RunningCalls {
  readonly #calls: Call[] = [];
  #added = 0;

  get size(): number {
    return this.#calls.length;
  }

  add(call: Call): void {
    this.#added += 1;
    call.order = this.#added;
    call.index = this.#calls.length;
    this.#calls.push(call);
  }

  /** False when it is not there. */
  delete(call: Call): boolean {
    const { index } = call;
    if (this.#calls[index] !== call) return false;
    const last = this.#calls.pop() as Call;
    if (last !== call) {
      this.#calls[index] = last;
      last.index = index;
    }
    call.index = -1;
    return true;
  }

  /** Takes all of them out, in the order in which they came. */
  takeAll(): Call[] {
    const calls = this.#calls.splice(0).sort((one, other) => one.order - other.order);
    for (const call of calls) call.index = -1;
    return calls;
  }
}
