import { IsolationError } from "../errors/index.js";
import type { Call, CallPlace } from "./call.js";
import { CallMeter } from "./call-meter.js";
import { CallQueue } from "./call-queue.js";
import { RunningCalls } from "./running-calls.js";

/** A call that was running in this many crashes is the likely cause of them and is not tried again. */
const POISON_ATTEMPTS = 3;

/** The place of a call that waits. */
const WAITING = Symbol("waiting");

/** Hears of the calls of one generation. */
export interface CallObserver {
  callStarted(): void;
  callEnded(): void;
}

/** What calls of one isolator come to just now. */
export interface CallsMeasured {
  /** Calls that wait for a process, or for a place in it. */
  readonly waiting: number;
  /** How many took how long, from the call until it was settled, by `CallMeter`. */
  readonly durations: readonly number[];
}

/** The calls that run in one generation. */
interface Running {
  readonly generation: CallPlace;
  observer: CallObserver | undefined;
  readonly calls: RunningCalls;
  /** How many of them nobody waits for any more: they hold their places until they have ended. */
  abandoned: number;
  /** Whether the generation is about to be ended with another isolate, whose answers its calls may lack: it gets no more of them. */
  isHalted: boolean;
  /** Told when nobody waits for any. */
  onDrained: (() => void) | undefined;
}

/**
 * All calls of one isolator: which wait, which run where. Every way in which a call can settle goes through here, so
 * that each settles exactly once.
 */
export class CallTable {
  readonly #maxInFlight: number;
  readonly #maxQueue: number;
  readonly #generations = new Map<CallPlace, Running>();
  readonly #waiting = new CallQueue();
  #live: Running | undefined;
  #answered = 0;
  /** Told when nobody waits for any call. */
  #onIdle: (() => void)[] = [];
  readonly #meter = new CallMeter();
  readonly #elsewhere: ((calls: readonly Call[]) => void) | undefined;

  /** @param elsewhere takes those that a process has lost and that may run again: then they do not wait for the next one here */
  constructor(maxInFlight: number, maxQueue: number, elsewhere?: (calls: readonly Call[]) => void) {
    this.#maxInFlight = maxInFlight;
    this.#maxQueue = maxQueue;
    this.#elsewhere = elsewhere;
  }

  /** Calls that ended in the present generation since it was ready. */
  get answered(): number {
    return this.#answered;
  }

  /** What waits, and how long calls take; measures that from the first reading on, as long as it is read. */
  measure(): CallsMeasured {
    return { waiting: this.#waiting.size, durations: this.#meter.read() };
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many calls run, in whichever generation. */
  get running(): number {
    let sum = 0;
    for (const { calls } of this.#generations.values()) sum += calls.size;
    return sum;
  }

  /** How many calls run in the generation. */
  runningIn(generation: CallPlace): number {
    return this.#generations.get(generation)?.calls.size ?? 0;
  }

  /** Whether any call runs in the generation. */
  isBusy(generation: CallPlace): boolean {
    return this.runningIn(generation) > 0;
  }

  /** Whether anybody waits for a call that runs in the generation. */
  isAwaited(generation: CallPlace): boolean {
    const running = this.#generations.get(generation);
    return running !== undefined && !isDrained(running);
  }

  /** Runs the call now if the process is ready and has room, else lets it wait. */
  submit(call: Call): void {
    this.#meter.began(call);
    if (this.#live !== undefined && this.#hasRoom(this.#live)) {
      this.#run(call, this.#live);
      return;
    }
    const { size } = this.#waiting;
    if (size >= this.#maxQueue) {
      call.fail(new IsolationError("QUEUE_FULL", `${size} calls already wait, which is maxQueue`));
      return;
    }
    try {
      call.keepArguments();
    } catch (error) {
      call.reject(error);
      return;
    }
    // A getter of an argument may have given it up.
    if (call.settled) return;
    this.#wait(call);
  }

  /** To be called by whoever settles a call: gives its place to the next, if it has left it. */
  settled(call: Call): void {
    this.#meter.ended(call);
    const place = call.place as Running | typeof WAITING | undefined;
    if (place === WAITING) {
      call.place = undefined;
      this.#waiting.delete(call);
    } else if (place !== undefined && call.isGivenUp) {
      place.abandoned += 1;
      if (isDrained(place)) place.onDrained?.();
    } else if (place !== undefined) this.#free(call, place);
    if (this.#onIdle.length > 0) this.#tellIfIdle();
  }

  /** To be called when a call that was given up while it ran has ended. */
  ended(call: Call): void {
    const place = call.place as Running | undefined;
    if (place === undefined) return;
    place.abandoned -= 1;
    this.#free(call, place);
  }

  /** A generation is about to be ready: it gets those calls that are submitted to it alone. */
  prepare(generation: CallPlace): Running {
    const known = this.#generations.get(generation);
    if (known !== undefined) return known;
    const running = {
      generation,
      observer: undefined,
      calls: new RunningCalls(),
      abandoned: 0,
      isHalted: false,
      onDrained: undefined,
    };
    this.#generations.set(generation, running);
    return running;
  }

  /** Runs the call in this generation, whichever is the present one. False when that one is gone, or not prepared. */
  submitTo(generation: CallPlace, call: Call): boolean {
    const running = this.#generations.get(generation);
    if (running === undefined) return false;
    this.#run(call, running);
    return true;
  }

  /** A generation is ready: calls go to it from now on. Those of another one go on where they run. */
  open(generation: CallPlace, observer?: CallObserver): void {
    this.#live = this.prepare(generation);
    this.#live.observer = observer;
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

  /** Resolves when nobody waits for a call that runs in the generation. */
  whenDrained(generation: CallPlace): Promise<void> {
    const running = this.#generations.get(generation);
    if (running === undefined || isDrained(running)) return Promise.resolve();
    return new Promise((resolve) => {
      running.onDrained = resolve;
    });
  }

  /** Resolves when nobody waits for any call, whether it runs or has yet to. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#tellIfIdle();
    });
  }

  /**
   * The generation is gone: settles every call that ran in it. Idempotent ones run again, where there is a generation to
   * come, unless they have been through too many crashes.
   */
  lose(generation: CallPlace, willRestart: boolean, toError: (call: Call) => IsolationError): void {
    const running = this.#generations.get(generation);
    if (running === undefined) return;
    this.#generations.delete(generation);
    if (this.#live === running) this.#live = undefined;
    const again: Call[] = [];
    for (const call of running.calls.takeAll()) {
      call.place = undefined;
      if (call.settled) continue;
      const mayRun = call.takeBack() || (call.isReplayable && call.attempts < POISON_ATTEMPTS);
      if ((willRestart || this.#elsewhere !== undefined) && mayRun) again.push(call);
      else call.fail(toError(call));
    }
    for (const call of again) call.detach();
    if (this.#elsewhere === undefined) this.#waitFirst(again);
    else this.#handOn(again, this.#elsewhere);
    running.onDrained?.();
    this.#fill();
    if (this.#onIdle.length > 0) this.#tellIfIdle();
  }

  /** No further call is handed to the present process, which is about to be ended with another isolate. */
  halt(): void {
    if (this.#live !== undefined) this.#live.isHalted = true;
  }

  /** The process is not ended after all: calls are handed to it again. */
  resume(): void {
    if (this.#live !== undefined) this.#live.isHalted = false;
    this.#fill();
  }

  /**
   * Whether a call that has failed runs again instead: it may, and failed because its process ends with what it needed.
   */
  takesBack(call: Call, reason: unknown): boolean {
    const place = call.place as Running | typeof WAITING | undefined;
    if (place === undefined || place === WAITING || !place.isHalted || call.settled) return false;
    if (!call.isReplayable || call.attempts >= POISON_ATTEMPTS || !IsolationError.is(reason, "STOPPED")) return false;
    place.calls.delete(call);
    call.detach();
    this.#wait(call);
    if (isDrained(place)) place.onDrained?.();
    return true;
  }

  /** The process has refused a call unseen: it waits for the next one, before all others, where it can be handed over again. */
  returned(call: Call, error: IsolationError): void {
    const place = call.place as Running;
    if (!call.handBack()) {
      call.fail(error);
      return;
    }
    place.calls.delete(call);
    call.detach();
    this.#waitFirst([call]);
    if (isDrained(place)) place.onDrained?.();
    this.#fill();
  }

  /** Settles every call that waits. */
  rejectWaiting(toError: (call: Call) => IsolationError): void {
    for (const call of this.#waiting.takeAll()) {
      call.place = undefined;
      call.fail(toError(call));
    }
  }

  /** Settles those that wait and that these isolates have asked for. */
  rejectWaitingOf(callers: ReadonlySet<string>, toError: (call: Call) => IsolationError): void {
    const waiting = this.#waiting.takeAll();
    const isTheirs = ({ caller }: Call): boolean => caller !== undefined && callers.has(caller);
    this.#waiting.unshiftAll(waiting.filter((call) => !isTheirs(call)));
    for (const call of waiting.filter(isTheirs)) {
      call.place = undefined;
      call.fail(toError(call));
    }
  }

  #wait(call: Call): void {
    call.place = WAITING;
    this.#waiting.push(call);
    call.waits();
  }

  /** Before all that wait. */
  #waitFirst(calls: readonly Call[]): void {
    for (const call of calls) call.place = WAITING;
    this.#waiting.unshiftAll(calls);
    for (const call of calls) call.waits();
  }

  /** Those that wait here wait for no process of this table either. */
  #handOn(again: readonly Call[], elsewhere: (calls: readonly Call[]) => void): void {
    const calls = [...again, ...this.#waiting.takeAll()];
    for (const call of calls) call.place = undefined;
    if (calls.length > 0) elsewhere(calls);
  }

  #tellIfIdle(): void {
    if (this.#waiting.size > 0 || ![...this.#generations.values()].every(isDrained)) return;
    for (const tell of this.#onIdle.splice(0)) tell();
  }

  /** A process that does not read what it was sent gets no more: such calls are not handed over yet. */
  #hasRoom({ generation, calls, isHalted }: Running): boolean {
    return !isHalted && calls.size < this.#maxInFlight && generation.session.writable;
  }

  #free(call: Call, running: Running): void {
    if (!running.calls.delete(call)) return;
    call.place = undefined;
    if (running === this.#live) this.#answered += 1;
    running.observer?.callEnded();
    if (this.#waiting.size > 0) this.#fill();
    if (running.onDrained !== undefined && isDrained(running)) running.onDrained();
  }

  #fill(): void {
    while (this.#live !== undefined && this.#waiting.size > 0 && this.#hasRoom(this.#live)) {
      this.#run(this.#waiting.shift() as Call, this.#live);
    }
  }

  #run(call: Call, running: Running): void {
    running.calls.add(call);
    call.place = running;
    running.observer?.callStarted();
    try {
      call.hand(running.generation);
    } catch (error) {
      call.reject(error);
    }
  }
}

function isDrained({ calls, abandoned }: Running): boolean {
  return calls.size === abandoned;
}
