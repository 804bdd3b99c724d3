import type { Call as QueuedCall } from "./call.js";

/** What can wait: it knows its neighbours itself, so that it leaves from anywhere at once. */
export interface Waiting<Self> {
  /** Since when, in milliseconds on a clock that never goes back. */
  readonly since: number;
  previous: Self | undefined;
  next: Self | undefined;
}

/** The calls that wait, in their order. One that settles meanwhile leaves at once, and takes its arguments with it. */
export class CallQueue<Call extends Waiting<Call> = QueuedCall> {
  #first: Call | undefined;
  #last: Call | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(call: Call): void {
    this.#link(call, this.#last, undefined);
  }

  /** The one that is next. */
  get first(): Call | undefined {
    return this.#first;
  }

  /** Puts a call before those that have waited less long; the others are in that order. */
  insert(call: Call): void {
    let next = this.#first;
    let previous = this.#last;
    // From both ends at once: what is inserted is nearly always among the first or the last.
    while (next !== undefined && previous !== undefined) {
      if (previous.since <= call.since) next = previous.next;
      else if (next.since > call.since) previous = next.previous;
      else {
        next = next.next;
        previous = previous.previous;
        continue;
      }
      break;
    }
    this.#link(call, previous, next);
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

  #link(call: Call, previous: Call | undefined, next: Call | undefined): void {
    call.previous = previous;
    call.next = next;
    if (previous === undefined) this.#first = call;
    else previous.next = call;
    if (next === undefined) this.#last = call;
    else next.previous = call;
    this.#size += 1;
  }

  takeAll(): Call[] {
    const calls: Call[] = [];
    for (let call = this.shift(); call !== undefined; call = this.shift()) calls.push(call);
    return calls;
  }
}
