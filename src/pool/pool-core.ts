import { IsolationError, invalidOption } from "../errors/index.js";
import {
  type Call,
  CallMeter,
  type CallOwner,
  type CallsMeasured,
  CallTargets,
  type IsolateTelemetry,
  keepAlive,
} from "../isolator/index.js";
import type { Judge } from "../supervision/index.js";
import type { CallScope } from "./call-scope.js";
import { Fleet, type FleetOwner } from "./fleet.js";
import type { Member, MemberSpec } from "./member.js";
import type { PoolPolicy } from "./options/index.js";
import type { PoolPublisher } from "./pool-events.js";
import type { PoolState, PoolStatus } from "./pool-status.js";
import { type Lane, PoolQueue } from "./queue/index.js";
import type { WaitingCalls } from "./roster.js";

/** Joins the calls and the processes of one pool. `IsolatePool` is its public face. */
export class PoolCore implements CallOwner {
  readonly targets = new CallTargets();
  readonly fleet: Fleet;
  readonly telemetry: IsolateTelemetry;
  readonly #name: string;
  readonly #policy: PoolPolicy;
  readonly #queue = new PoolQueue<Member>();
  #ended = 0;
  #isFilling = false;
  readonly #meter = new CallMeter();
  /** Where the calls are noted that are made now. */
  #scope: CallScope | undefined;
  /** Told when a call has left the queue, or a process. */
  #onChange: (() => void)[] = [];
  /** Since when somebody lacks a process who may not wait for it in the queue. */
  #lackingSince: number | undefined;

  /** @param judge what follows when the budget of restarts is spent; absent, that is the end */
  constructor(policy: PoolPolicy, spec: MemberSpec, publisher: PoolPublisher, judge?: Judge) {
    this.#name = spec.options.name;
    this.telemetry = spec.telemetry;
    this.#policy = policy;
    const owner: FleetOwner = {
      waiting: () => this.#waiting(),
      onRoom: (member) => this.#onRoom(member),
      onClosed: (member) => this.#onClosed(member),
      onLost: (calls) => this.#again(calls),
      onSettled: (call) => this.#meter.ended(call),
      onLaneEnd: (lane) => this.#queue.ended(lane),
      refuse: (toError) => this.#refuse(toError),
    };
    this.fleet = new Fleet(policy, spec, publisher, owner, judge);
  }

  /** Whether no process need be there as long as nobody calls. */
  get mayBeEmpty(): boolean {
    return Math.max(this.#policy.min, this.#policy.spares) === 0;
  }

  /** Takes a call over: it will settle. @param key its own, where it has one */
  submit(call: Call, key?: string): void {
    keepAlive.acquire();
    call.owner = this;
    this.#scope?.add(call);
    if (this.telemetry.hearsCalls) call.observe(this.telemetry);
    this.#meter.began(call);
    const { down } = this.fleet.life;
    const { preparing } = this.fleet.roster;
    if (call.isAborted) call.cancel();
    else if (down !== undefined) call.fail(down);
    else if (preparing !== undefined) preparing.hand(call);
    else this.#place(call, key);
  }

  /** To be called when a call has settled that waits, or was to. */
  settled(call: Call): void {
    keepAlive.release();
    this.#meter.ended(call);
    if (call.place === undefined) return;
    this.#queue.delete(call);
    this.#tellChange();
  }

  /** As `CallTable.measure`. */
  measureCalls(): CallsMeasured {
    return { waiting: this.#queue.size, durations: this.#meter.read() };
  }

  /** None that runs is its own. */
  ended(): void {}

  /** Refuses what waits and was asked for by these isolates. */
  refuseWaitingOf(callers: ReadonlySet<string>, toError: () => IsolationError): void {
    for (const call of this.#queue.takeOf(callers)) call.fail(toError());
  }

  /** Resolves when no call waits or runs, and nobody reads what one came to. */
  async idle(): Promise<void> {
    const isBusy = (): boolean => this.#queue.size > 0 || this.fleet.roster.all.some(({ load }) => load > 0);
    while (isBusy()) await new Promise<void>((resolve) => this.#onChange.push(resolve));
  }

  /** Undefined when a call that is made now would run, or may wait, or when the pool is down; else to be asked again when this resolves. */
  admission(): Promise<void> | undefined {
    if (this.#mayWait() || this.fleet.life.down !== undefined || this.fleet.roster.leastBusy() !== undefined)
      return undefined;
    this.#lackingSince ??= performance.now();
    this.fleet.adjust();
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  /** Runs a function; the calls that it makes before it returns are noted. */
  within<T>(scope: CallScope, run: () => T): T {
    const before = this.#scope;
    this.#scope = scope;
    try {
      return run();
    } finally {
      this.#scope = before;
    }
  }

  /** How many calls wait, for whichever process. */
  get queued(): number {
    return this.#queue.size;
  }

  /** How many calls run. */
  get running(): number {
    return this.fleet.roster.all.reduce((sum, { running }) => sum + running, 0);
  }

  status(): PoolStatus {
    const processes = this.fleet.roster.all.map((member) => member.status());
    return {
      name: this.#name,
      state: this.#state,
      queued: this.queued,
      running: this.running,
      done: this.#ended + processes.reduce((sum, { done }) => sum + done, 0),
      restarts: this.fleet.life.restarts,
      processes,
    };
  }

  #place(call: Call, key: string | undefined): void {
    try {
      call.lane = this.#laneOf(call, key);
    } catch (error) {
      call.reject(error);
      return;
    }
    if (this.#isOver(call)) return;
    const member = this.#placeFor(call);
    if (member === undefined) this.#wait(call);
    else this.#hand(call, member);
  }

  get #state(): PoolState {
    if (this.fleet.life.end === undefined) return "ready";
    return this.fleet.life.over.isReached ? "stopped" : "stopping";
  }

  #laneOf(call: Call, own: string | undefined): Lane<Member> | undefined {
    const key = own ?? this.#keyOf(call);
    return key === undefined ? undefined : this.#queue.laneOf(key);
  }

  #keyOf({ target, arguments: args }: Call): string | undefined {
    const { key } = this.#policy;
    if (key === undefined || target.kind !== "module") return undefined;
    const found: unknown = key({ method: target.method, args });
    if (found === undefined || typeof found === "string") return found;
    throw invalidOption("what key returns", "a string or undefined", found);
  }

  /** Where a call can run now. Nobody waits for a place that it would take: else that call would be there. */
  #placeFor(call: Call): Member | undefined {
    const lane = call.lane as Lane<Member> | undefined;
    if (lane === undefined) return this.fleet.roster.leastBusy();
    if (lane.waits) return undefined;
    const place = this.#queue.placeOf(lane);
    if (place === undefined) return this.fleet.roster.leastBusy();
    return this.fleet.roster.hasRoom(place) ? place : undefined;
  }

  #hand(call: Call, member: Member): void {
    const lane = call.lane as Lane<Member> | undefined;
    if (lane !== undefined) this.#queue.began(lane, member);
    member.hand(call);
    // It may have been one of those that are kept ready.
    if (this.#policy.spares > 0) this.fleet.adjust();
  }

  #waiting(): WaitingCalls {
    const { freeSize: free, oldestFree: since } = this.#queue;
    return free > 0 || this.#lackingSince === undefined ? { free, since } : { free: 1, since: this.#lackingSince };
  }

  /** Where no call waits that another process would be started for, those that are turned away have it started for the next. */
  #turnedAway(): void {
    if (this.fleet.roster.leastBusy() !== undefined) return;
    const before = this.#lackingSince;
    this.#lackingSince = 0;
    this.fleet.adjust();
    this.#lackingSince = before;
  }

  #mayWait(): boolean {
    return this.#queue.size < this.#policy.maxQueue;
  }

  #wait(call: Call): void {
    const { size } = this.#queue;
    if (!this.#mayWait()) {
      const message = `${size} calls of ${this.#name} already wait, which is maxQueue`;
      call.fail(new IsolationError("QUEUE_FULL", message, { facts: { isolate: this.#name } }));
      this.#turnedAway();
      return;
    }
    try {
      call.keepArguments();
    } catch (error) {
      call.reject(error);
      return;
    }
    if (this.#isOver(call)) return;
    call.since = performance.now();
    this.#queue.push(call);
    call.waits();
    this.fleet.adjust();
  }

  #again(calls: readonly Call[]): void {
    for (const call of calls) call.owner = this;
    const others = calls.filter((call) => !this.#isOver(call));
    // What follows from the end of their process comes when that is reported.
    this.#queue.pushAgain(others);
    for (const call of others) call.waits();
  }

  /** Whether it has settled, at the latest now: `key`, or a getter of an argument, may have ended the pool or given the call up. */
  #isOver(call: Call): boolean {
    const { down } = this.fleet.life;
    if (!call.settled && down !== undefined) call.fail(down);
    return call.settled;
  }

  #onRoom(member: Member): void {
    this.#fill(member);
    if (this.#queue.size > 0) this.#fillAll();
    this.#tellChange();
    if (this.#queue.size > 0 || this.#policy.spares > 0) this.fleet.adjust();
  }

  #onClosed(member: Member): void {
    this.#queue.close(member);
    if (member.state === "gone") {
      this.#ended += member.done;
      member.done = 0;
    }
    this.#fillAll();
  }

  /** Hands the process what waits and what it has room for. */
  #fill(member: Member): boolean {
    // A call that cannot be handed over settles at once, in the midst of this.
    if (this.#isFilling) return false;
    this.#isFilling = true;
    let isAny = false;
    try {
      while (this.#queue.size > 0 && this.fleet.roster.hasRoom(member)) {
        const call = this.#queue.take(member);
        if (call === undefined) break;
        member.hand(call);
        isAny = true;
      }
    } finally {
      this.#isFilling = false;
    }
    return isAny;
  }

  #fillAll(): void {
    if (this.#queue.size === 0) return;
    for (const member of this.fleet.roster.all) if (member.isOpen) this.#fill(member);
  }

  #tellChange(): void {
    this.#lackingSince = undefined;
    if (this.#onChange.length > 0) for (const tell of this.#onChange.splice(0)) tell();
  }

  #refuse(toError: () => IsolationError): void {
    for (const call of this.#queue.takeAll()) call.fail(toError());
    this.#tellChange();
  }
}
