import type { Call } from "./call.js";

/** The calls that wait, in their order. One that settles meanwhile leaves at once, and takes its arguments with it. */
export class CallQueue {
  #first: Call | undefined;
  #last: Call | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(call: Call): void {
    call.previous = this.#last;
    if (this.#last === undefined) this.#first = call;
    else this.#last.next = call;
    this.#last = call;
    this.#size += 1;
  }

  /** Puts calls before all that wait. */
  unshiftAll(calls: readonly Call[]): void {
    const others = this.takeAll();
    for (const call of calls) this.push(call);
    for (const call of others) this.push(call);
  }

  shift(): Call | undefined {
    const call = this.#first;
    if (call !== undefined) this.delete(call);
    return call;
  }

  /** Takes a call out that is in it. */
  delete(call: Call): void {
    const { previous, next } = call;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    call.previous = undefined;
    call.next = undefined;
    this.#size -= 1;
  }

  takeAll(): Call[] {
    const calls: Call[] = [];
    for (let call = this.shift(); call !== undefined; call = this.shift()) calls.push(call);
    return calls;
  }
}
