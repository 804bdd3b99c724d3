import { IsolationError } from "../errors/index.js";
import type { Generation } from "../supervision/index.js";
import type { Call } from "./call.js";
import { RunningCalls } from "./running-calls.js";

/** A call that was running in this many crashes is the likely cause of them and is not tried again. */
const POISON_ATTEMPTS = 3;

/** The place of a call that waits. */
const WAITING = Symbol("waiting");

/** The calls that run in one generation. */
interface Running {
  readonly generation: Generation;
  readonly calls: RunningCalls;
  /** Told when the last call is over. */
  onDrained: (() => void) | undefined;
}

/**
 * All calls of one isolator: which wait, which run where. Every way in which a call can settle goes through here, so
 * that each settles exactly once.
 */
export class CallTable {
  readonly #maxInFlight: number;
  readonly #maxQueue: number;
  readonly #generations = new Map<Generation, Running>();
  #waiting: Call[] = [];
  /** The first of `#waiting` that still waits: `shift` of a long array would copy it. */
  #head = 0;
  /** How many in `#waiting` settled while they waited, and are skipped when their turn comes. */
  #stale = 0;
  #live: Running | undefined;
  #answered = 0;

  constructor(maxInFlight: number, maxQueue: number) {
    this.#maxInFlight = maxInFlight;
    this.#maxQueue = maxQueue;
  }

  /** Calls that settled since the present generation was ready. */
  get answered(): number {
    return this.#answered;
  }

  /** Whether any call runs in the generation. */
  isBusy(generation: Generation): boolean {
    return (this.#generations.get(generation)?.calls.size ?? 0) > 0;
  }

  /** Runs the call now if the process is ready and has room, else lets it wait. */
  submit(call: Call): void {
    if (this.#live !== undefined && this.#hasRoom(this.#live)) {
      this.#run(call, this.#live);
      return;
    }
    const waiting = this.#waiting.length - this.#head - this.#stale;
    if (waiting >= this.#maxQueue) {
      call.fail(new IsolationError("QUEUE_FULL", `${waiting} calls already wait, which is maxQueue`));
      return;
    }
    try {
      call.keepArguments();
    } catch (error) {
      call.reject(error);
      return;
    }
    call.place = WAITING;
    this.#waiting.push(call);
  }

  /** To be called by whoever settles a call: gives its place to the next. Returns where it ran, if it did. */
  settled(call: Call): Generation | undefined {
    const place = call.place as Running | typeof WAITING | undefined;
    if (place === WAITING) this.#stale += 1;
    if (place === undefined || place === WAITING || !place.calls.delete(call)) return undefined;
    const running = place;
    this.#answered += 1;
    if (this.#waiting.length > 0) this.#fill();
    if (running.calls.size === 0) running.onDrained?.();
    return running.generation;
  }

  /** A generation is ready: calls go to it from now on. Those of another one go on where they run. */
  open(generation: Generation): void {
    this.#live = { generation, calls: new RunningCalls(), onDrained: undefined };
    this.#generations.set(generation, this.#live);
    this.#answered = 0;
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

  /** Resolves when no call runs in the generation any more. */
  whenDrained(generation: Generation): Promise<void> {
    const running = this.#generations.get(generation);
    if (running === undefined || running.calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      running.onDrained = resolve;
    });
  }

  /**
   * The generation is gone: settles every call that ran in it. Idempotent ones run again, where there is a generation to
   * come, unless they have been through too many crashes.
   */
  lose(generation: Generation, willRestart: boolean, toError: (call: Call) => IsolationError): void {
    const running = this.#generations.get(generation);
    if (running === undefined) return;
    this.#generations.delete(generation);
    if (this.#live === running) this.#live = undefined;
    const calls = running.calls.takeAll();
    const again: Call[] = [];
    for (const call of calls) {
      call.place = undefined;
      const mayRun = call.takeBack() || (call.isReplayable && call.attempts < POISON_ATTEMPTS);
      if (willRestart && mayRun) {
        call.place = WAITING;
        again.push(call);
      } else call.fail(toError(call));
    }
    this.#waiting = [...again, ...this.#waiting.slice(this.#head)];
    this.#head = 0;
    running.onDrained?.();
    this.#fill();
  }

  /** Settles every call that waits. */
  rejectWaiting(toError: (call: Call) => IsolationError): void {
    const waiting = this.#waiting.slice(this.#head);
    this.#waiting = [];
    this.#head = 0;
    this.#stale = 0;
    for (const call of waiting) {
      call.place = undefined;
      if (!call.settled) call.fail(toError(call));
    }
  }

  /** A process that does not read what it was sent gets no more: such calls are not handed over yet. */
  #hasRoom({ generation, calls }: Running): boolean {
    return calls.size < this.#maxInFlight && generation.session.writable;
  }

  #fill(): void {
    while (this.#live !== undefined && this.#head < this.#waiting.length && this.#hasRoom(this.#live)) {
      const next = this.#waiting[this.#head] as Call;
      this.#head += 1;
      if (next.settled) this.#stale -= 1;
      else this.#run(next, this.#live);
    }
    if (this.#head === this.#waiting.length || this.#head > 1_024) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }

  #run(call: Call, running: Running): void {
    running.calls.add(call);
    call.place = running;
    try {
      call.hand(running.generation.session);
    } catch (error) {
      call.reject(error);
    }
  }
}
