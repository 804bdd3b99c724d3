import { IsolationError } from "../errors/index.js";
import type { Generation } from "../supervision/index.js";
import type { Call } from "./call.js";

/** A call that was running in this many crashes is the likely cause of them and is not tried again. */
const POISON_ATTEMPTS = 3;

/**
 * All calls of one isolator: which wait, which run in the live generation. Every way in which a call can settle goes
 * through here, so that each settles exactly once.
 */
export class CallTable {
  readonly #maxInFlight: number;
  readonly #maxQueue: number;
  readonly #running = new Set<Call>();
  #waiting: Call[] = [];
  #live: Generation | undefined;
  #done = 0;

  constructor(maxInFlight: number, maxQueue: number) {
    this.#maxInFlight = maxInFlight;
    this.#maxQueue = maxQueue;
  }

  /** Calls that the live generation has answered, with a result or an error. */
  get answered(): number {
    return this.#done;
  }

  /** Runs the call now if the process is ready and has room, else lets it wait. */
  submit(call: Call): void {
    if (this.#live !== undefined && this.#hasRoom(this.#live)) {
      this.#run(call, this.#live);
      return;
    }
    if (this.#waiting.length >= this.#maxQueue) {
      const message = `${this.#waiting.length} calls already wait, which is maxQueue`;
      call.fail(new IsolationError("QUEUE_FULL", message));
      return;
    }
    this.#waiting.push(call);
  }

  /** To be called by whoever settles a call: gives its place to the next. */
  settled(call: Call): void {
    if (this.#running.delete(call)) {
      this.#done += 1;
      if (this.#waiting.length > 0) this.#fill();
    } else this.#waiting = this.#waiting.filter((other) => other !== call);
  }

  /** A generation is ready: the waiting calls go to it. */
  open(live: Generation): void {
    this.#live = live;
    this.#done = 0;
    this.#fill();
  }

  /** There may be room again. */
  drained(): void {
    this.#fill();
  }

  /** No further call is handed to the process; running ones go on. */
  close(): void {
    this.#live = undefined;
  }

  /**
   * The generation is gone: settles every call that ran in it. Idempotent ones wait for the next generation, if there
   * is one, unless they have been through too many crashes.
   */
  lose(willRestart: boolean, toError: (call: Call) => IsolationError): void {
    this.#live = undefined;
    const again: Call[] = [];
    for (const call of [...this.#running]) {
      if (willRestart && call.idempotent && call.attempts < POISON_ATTEMPTS) again.push(call);
      else call.fail(toError(call));
    }
    this.#running.clear();
    this.#waiting = [...again, ...this.#waiting];
  }

  /** Settles every call that waits. */
  rejectWaiting(toError: (call: Call) => IsolationError): void {
    for (const call of [...this.#waiting]) call.fail(toError(call));
  }

  /** A process that does not read what it was sent gets no more: such calls are not handed over yet. */
  #hasRoom({ session }: Generation): boolean {
    return this.#running.size < this.#maxInFlight && session.writable;
  }

  #fill(): void {
    while (this.#live !== undefined && this.#hasRoom(this.#live)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#run(next, this.#live);
    }
  }

  #run(call: Call, live: Generation): void {
    this.#running.add(call);
    try {
      call.hand(live.session);
    } catch (error) {
      call.reject(error);
    }
  }
}
