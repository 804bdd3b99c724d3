import type { IsolationError } from "../errors/index.js";
import { type Call, type IsolatorEvents, keepAlive, ReadyGate, type RecycleFacts } from "../isolator/index.js";
import type { AfterCrash, Death, Generation, Judge, StopCause } from "../supervision/index.js";
import { IdleMembers } from "./idle-members.js";
import { Member, type MemberListener, type MemberPurpose, type MemberSpec } from "./member.js";
import { MovableTimer } from "./movable-timer.js";
import type { PoolPolicy } from "./options/index.js";
import { again, type LastFailure } from "./pool-errors.js";
import type { PoolPublisher } from "./pool-events.js";
import { PoolLife } from "./pool-life.js";
import type { Lane } from "./queue/index.js";
import { Replacements } from "./replacements.js";
import { Roster, type WaitingCalls } from "./roster.js";
import { type PoolLoad, processesToStart } from "./scaling.js";
import { tellStarted } from "./tell-started.js";

/** Whom the processes of a pool work for: the calls. */
export interface FleetOwner {
  waiting(): WaitingCalls;
  /** A process may have room. */
  onRoom(member: Member): void;
  /** It takes no more calls. */
  onClosed(member: Member): void;
  /** These calls, which ran in a process that is gone, may run in another. */
  onLost(calls: readonly Call[]): void;
  /** A call that was handed to a process has settled. */
  onSettled(call: Call): void;
  onLaneEnd(lane: Lane<Member>): void;
  /** Settles all that wait. */
  refuse(toError: () => IsolationError): void;
}

/** Starts the processes of one pool and ends them: when calls wait, when one crashes, is due, or is not needed. */
export class Fleet implements MemberListener {
  readonly roster: Roster;
  readonly life: PoolLife;
  readonly #policy: PoolPolicy;
  readonly #spec: MemberSpec;
  readonly #publisher: PoolPublisher;
  readonly #owner: FleetOwner;
  readonly #present = new ReadyGate<Member>();
  #generations = 0;
  #lastReady = 0;
  /** Whether calls wait because the processes are about to be halted. */
  #isHaltAwaited = false;
  readonly #replacements: Replacements;
  #begun: { readonly resolve: () => void; readonly reject: (error: IsolationError) => void } | undefined;
  readonly #upTimer = new MovableTimer(() => this.adjust());
  readonly #idle: IdleMembers;

  /** @param judge what follows when the budget of restarts is spent; absent, that is the end */
  constructor(policy: PoolPolicy, spec: MemberSpec, publisher: PoolPublisher, owner: FleetOwner, judge?: Judge) {
    this.#policy = policy;
    this.#spec = spec;
    this.#publisher = publisher;
    this.#owner = owner;
    this.roster = new Roster(policy);
    this.life = new PoolLife(spec.options.name, policy, judge);
    this.#idle = new IdleMembers(policy, this.roster, (member) => this.#scaleDown(member));
    this.#replacements = new Replacements({
      isOver: () => this.life.end !== undefined,
      isCrowded: () => this.roster.lingering >= policy.max,
      successorOf: ({ pid: predecessor }) => this.#make({ kind: "recycle", predecessor }),
      onFailed: (fresh, error, willRetry) => {
        this.roster.remove(fresh);
        if (this.life.end === undefined) this.#tellStartFailed(fresh, error, willRetry);
      },
      onReplaced: (member, fresh) => {
        if (member.isOpen) this.#retire(member, "recycled", "ask");
        this.#onReady(fresh);
      },
    });
  }

  /** Those that take calls. */
  get open(): readonly Generation[] {
    return this.roster.open.flatMap(({ live }) => live ?? []);
  }

  /** Starts those that are kept. Resolves when they take calls. @throws IsolationError what keeps the first from starting */
  begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begun = { resolve, reject };
      this.adjust();
      this.#tellIfBegun();
    });
  }

  /** The least busy process, once there is one. @throws IsolationError when there will be none */
  present(): Promise<Member> {
    const { down } = this.life;
    if (down !== undefined) return Promise.reject(down);
    const member = this.roster.leastRequested();
    if (member !== undefined) return Promise.resolve(member);
    const waiting = this.#present.wait();
    this.adjust();
    return waiting;
  }

  /**
   * A request that is no call of the pool goes to the process. Where all have as many as they run calls, another is started.
   *
   * @returns to be called when it is over
   */
  requestBegan(member: Member): () => void {
    member.requests += 1;
    const { concurrency, max } = this.#policy;
    const { open, all } = this.roster;
    const isFull = open.every(({ busyness }) => busyness > concurrency);
    const isStarting = all.some(({ state }) => state === "starting");
    if (isFull && !isStarting && open.length < max && this.life.end === undefined) this.#start(this.#purpose());
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      member.requests -= 1;
      if (member.busyness === 0) member.idleSince = performance.now();
      this.#idle.watch(member);
    };
  }

  /** Starts what is missing, now or when it is due. */
  adjust(): void {
    const { life, roster } = this;
    if (life.end !== undefined || roster.isHeld) return;
    const now = performance.now();
    const load = this.#load(now);
    if (now < life.notBefore) {
      if (load.waiting > 0 || processesToStart({ ...load, waiting: 0 }, this.#policy) > 0)
        this.#upTimer.by(life.notBefore);
      return;
    }
    // As long as nobody knows whether any can start, one shows it.
    const policy = life.isProved ? this.#policy : { ...this.#policy, startsAtOnce: 1 };
    for (let missing = processesToStart(load, policy); missing > 0; missing -= 1) this.#start(this.#purpose());
    const { scaleUpAfterMs, max } = this.#policy;
    if (load.waiting > 0 && load.ready + load.starting < max && load.waitedMs < scaleUpAfterMs) {
      this.#upTimer.by(now + scaleUpAfterMs - load.waitedMs);
    }
  }

  /** No further process is started, and nothing waits any more. Resolves when all are gone. */
  shutdown(reason: string, graceMs: number): Promise<void> {
    this.#close({ kind: "shutdown", reason });
    return keepAlive.during(this.#endAll((member) => member.shutdown(reason, graceMs)));
  }

  /** Kills all processes and what they started. Resolves when all are gone. */
  terminate(signal: NodeJS.Signals): Promise<void> {
    this.#close({ kind: "terminated" });
    return keepAlive.during(this.#endAll((member) => member.terminate(signal)));
  }

  /** No call is handed over until it is decided how it goes on; those that fail because others are halted wait, if they may. */
  awaitHalt(): void {
    if (!this.roster.isHeld) this.#isHaltAwaited = true;
    this.roster.isHeld = true;
    for (const { core } of this.roster.open) core.awaitHalt();
  }

  /** They are not halted after all, unless that has begun. */
  resume(): void {
    if (!this.#isHaltAwaited || this.life.end !== undefined) return;
    this.#isHaltAwaited = false;
    this.roster.isHeld = false;
    for (const member of this.roster.open) {
      member.core.resume();
      this.#owner.onRoom(member);
    }
    this.adjust();
  }

  /** Ends all processes in order, and has it judged how it goes on; calls wait meanwhile. */
  async halt(reason: string, graceMs: number): Promise<void> {
    if (this.life.end !== undefined) return;
    this.awaitHalt();
    this.#isHaltAwaited = false;
    await keepAlive.during(this.#end((member) => member.shutdown(reason, graceMs)));
    void this.life.judge(true).then((decision) => this.#goOn(decision));
  }

  /** Replaces all processes, one at a time. @returns facts of the last. @throws IsolationError what keeps one from being replaced */
  async recycle(): Promise<RecycleFacts | undefined> {
    let facts: RecycleFacts | undefined;
    for (const member of this.roster.open) {
      const fresh = await this.#replacements.replace(member, false);
      const { name: isolate } = this.#spec.options;
      if (fresh !== undefined)
        facts = { isolate, generation: fresh.generation, pid: fresh.pid, predecessor: member.pid };
    }
    return facts;
  }

  hasListener(name: keyof IsolatorEvents): boolean {
    return this.#publisher.hasListener(name);
  }

  onEvent<Name extends keyof IsolatorEvents>(member: Member, name: Name, event: IsolatorEvents[Name][0]): void {
    if (name === "started")
      tellStarted(this.#publisher, member, this.#policy, {
        restarts: this.life.restarts,
        processes: this.roster.open.length,
      });
    else if (name === "exited") this.#onExited(member, event as IsolatorEvents["exited"][0]);
    // That a start failed is told together with what follows.
    else if (name !== "startFailed") this.#publisher.emit(name, event as never);
  }

  onDeath(member: Member, { outcome, healthy }: Death): void {
    this.#owner.onClosed(member);
    // One that has had its only call was to end anyway.
    const isExpected = this.#policy.isOneShot && member.given > 0;
    if (this.life.end === undefined && !this.roster.isHeld && !isExpected)
      this.#spend(healthy, { outcome, error: undefined });
  }

  onLost(_: Member, calls: readonly Call[]): void {
    this.#owner.onLost(calls);
  }

  onSettled(call: Call): void {
    this.#owner.onSettled(call);
  }

  onLaneEnd(lane: Lane<Member>): void {
    this.#owner.onLaneEnd(lane);
  }

  onRoom(member: Member): void {
    // The calls of one that has died are settled, too, and prove nothing.
    if (member.done > 0 && !member.isDead) this.life.proved();
    const { isOneShot } = this.#policy;
    if (isOneShot && member.load === 0 && member.given > 0) this.#retire(member, "it has had its call", "ask");
    this.#owner.onRoom(member);
    this.#idle.watch(member);
  }

  onStuck(member: Member): void {
    this.#retire(member, "a call that was given up did not end", "kill");
  }

  /** One at a time: the fresh one takes calls before the old one goes. */
  onDue(member: Member): Promise<boolean> {
    return this.#replacements.replace(member, true).then(
      (fresh) => fresh !== undefined || !member.isOpen,
      () => false,
    );
  }

  #load(now: number): PoolLoad {
    const waiting = this.#owner.waiting();
    const { size } = this.#present;
    // Whoever waits for any process waits for the first, and needs no other.
    const free = size > 0 && waiting.free === 0 ? 1 : waiting.free;
    return this.roster.load({ ...waiting, free }, this.#lastReady, now);
  }

  #purpose(): MemberPurpose {
    if (this.life.missing === 0) return { kind: "scale" };
    this.life.missing -= 1;
    return { kind: "restart" };
  }

  #start(purpose: MemberPurpose): void {
    const member = this.#make(purpose);
    member.start().then(
      () => this.#onReady(member),
      (error: IsolationError) => this.#onStartFailed(member, error),
    );
  }

  #make(purpose: MemberPurpose): Member {
    this.#generations += 1;
    const member = new Member(this.#generations, purpose, this.#spec, this);
    member.core.facts.restarts = this.life.restarts;
    this.roster.add(member);
    return member;
  }

  #onReady(member: Member): void {
    // It has died, or is not wanted, since.
    if (!member.isOpen) return;
    this.life.isProved = true;
    this.#lastReady = performance.now();
    const least = this.roster.leastRequested();
    if (least !== undefined) this.#present.open(least);
    this.#tellIfBegun();
    this.#owner.onRoom(member);
    this.#idle.watch(member);
    this.adjust();
  }

  #onStartFailed(member: Member, error: IsolationError): void {
    this.roster.remove(member);
    const { life } = this;
    if (life.end !== undefined || member.state === "gone") return;
    const begun = life.isProved ? undefined : this.#begun;
    const willRetry = begun === undefined && this.#spend(false, { outcome: undefined, error });
    this.#tellStartFailed(member, error, willRetry);
    if (begun !== undefined) {
      this.#begun = undefined;
      begun.reject(error);
      this.#close({ kind: "crashed" });
    } else if (life.exhausted !== undefined) this.#onExhausted(life.exhausted);
    else {
      // Nobody knows yet whether any process of it can start: whoever waits hears why this one did not.
      if (!life.isProved) this.#refuse(() => again(error));
      this.adjust();
    }
  }

  #tellStartFailed({ generation }: Member, error: IsolationError, willRetry: boolean): void {
    this.#publisher.emit("startFailed", { isolate: this.#spec.options.name, generation, error, willRetry });
  }

  #onExited(member: Member, event: IsolatorEvents["exited"][0]): void {
    this.roster.remove(member);
    this.#owner.onClosed(member);
    const { exhausted, end } = this.life;
    const willRestart = exhausted === undefined && end === undefined && member.isDead;
    if (member.live !== undefined) this.#spec.telemetry.death(member.live, event.outcome, willRestart);
    this.#publisher.emit("exited", { ...event, willRestart });
    if (exhausted !== undefined) this.#onExhausted(exhausted);
    else this.adjust();
  }

  #spend(healthy: boolean, last: LastFailure): boolean {
    const delayMs = this.life.spend(healthy, last);
    if (delayMs === undefined) return false;
    const { name: isolate } = this.#spec.options;
    const { restarts } = this.life;
    this.#publisher.emit("restarting", { isolate, generation: this.#generations + 1, delayMs, restarts });
    return true;
  }

  /** The budget is spent: what runs may finish. */
  #onExhausted(last: LastFailure): void {
    if (this.life.end !== undefined || this.roster.isHeld) return;
    this.roster.isHeld = true;
    const { name: isolate, graceMs } = this.#spec.options;
    void this.#end((member) => member.shutdown("its pool has spent its restarts", graceMs));
    void this.life.judge(false, last).then((decision) => {
      const isExhausted = decision.kind === "stop" && decision.cause.kind === "exhausted";
      const facts = { isolate, generation: this.#generations, restarts: this.life.restarts, outcome: last.outcome };
      if (isExhausted) this.#publisher.emit("restartsExhausted", facts);
      this.#goOn(decision, last);
    });
  }

  #goOn(decision: AfterCrash, last?: LastFailure): void {
    if (this.life.end !== undefined) return;
    if (decision.kind === "stop") {
      this.#close(decision.cause, last);
      void this.#endAll((member) => member.shutdown("the pool is down", this.#spec.options.graceMs));
      return;
    }
    this.life.begin(decision.delayMs);
    this.roster.isHeld = false;
    this.adjust();
  }

  #close(cause: StopCause, last?: LastFailure): void {
    if (!this.life.close(cause, last)) return;
    this.#upTimer.stop();
    this.#idle.stop();
    const toError = (): IsolationError => this.life.down as IsolationError;
    this.#refuse(toError);
    this.#begun?.reject(toError());
    this.#begun = undefined;
  }

  #refuse(toError: () => IsolationError): void {
    this.#owner.refuse(toError);
    this.#present.refuse(toError);
  }

  async #end(end: (member: Member) => Promise<unknown>): Promise<void> {
    await Promise.allSettled(this.roster.all.map(end));
    await this.roster.gone();
  }

  async #endAll(end: (member: Member) => Promise<unknown>): Promise<void> {
    await this.#end(end);
    this.#spec.outputs.close();
    this.life.over.reach();
  }

  #retire(member: Member, reason: string, how: "ask" | "kill"): void {
    member.leave(reason, how);
    this.#owner.onClosed(member);
    this.adjust();
  }

  #scaleDown(member: Member): void {
    this.#retire(member, "idle", "ask");
    const { generation, pid } = member;
    const processes = this.roster.open.length;
    this.#publisher.emit("scaledDown", { isolate: this.#spec.options.name, generation, pid, processes });
  }

  #tellIfBegun(): void {
    const { min, spares } = this.#policy;
    if (this.roster.open.length < Math.max(min, spares)) return;
    this.#begun?.resolve();
    this.#begun = undefined;
  }
}
