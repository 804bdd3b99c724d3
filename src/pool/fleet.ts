import type { IsolationError } from "../errors/index.js";
import type { Call, IsolatorEvents, RecycleFacts } from "../isolator/index.js";
import type { Death, Generation, Judge } from "../supervision/index.js";
import { Arrivals } from "./arrivals.js";
import { FleetEnd } from "./fleet-end.js";
import { IdleMembers } from "./idle-members.js";
import { Member, type MemberListener, type MemberSpec } from "./member.js";
import { MemberStarts } from "./member-starts.js";
import type { PoolPolicy } from "./options/index.js";
import { again, type LastFailure } from "./pool-errors.js";
import type { PoolPublisher } from "./pool-events.js";
import { PoolLife } from "./pool-life.js";
import type { Lane } from "./queue/index.js";
import { Replacements } from "./replacements.js";
import { Roster, type WaitingCalls } from "./roster.js";
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

/** The processes of one pool: what follows when one starts, has room, crashes, is due, or is not needed. */
export class Fleet implements MemberListener {
  readonly roster: Roster;
  readonly life: PoolLife;
  readonly end: FleetEnd;
  readonly #policy: PoolPolicy;
  readonly #spec: MemberSpec;
  readonly #publisher: PoolPublisher;
  readonly #owner: FleetOwner;
  readonly #starts: MemberStarts;
  readonly #arrivals: Arrivals;
  readonly #replacements: Replacements;
  readonly #idle: IdleMembers;

  /** @param judge what follows when the budget of restarts is spent; absent, that is the end */
  constructor(policy: PoolPolicy, spec: MemberSpec, publisher: PoolPublisher, owner: FleetOwner, judge?: Judge) {
    this.#policy = policy;
    this.#spec = spec;
    this.#publisher = publisher;
    this.#owner = owner;
    this.roster = new Roster(policy);
    this.life = new PoolLife(spec.options.name, policy, judge);
    this.#arrivals = new Arrivals(policy, this.roster);
    this.#starts = new MemberStarts(policy, this.roster, this.life, {
      waiting: () => this.#waiting(),
      make: (generation, purpose) => {
        const member = new Member(generation, purpose, spec, this);
        member.core.facts.restarts = this.life.restarts;
        return member;
      },
      onReady: (member) => this.#onReady(member),
      onFailed: (member, error) => this.#onStartFailed(member, error),
    });
    this.end = new FleetEnd(this.roster, this.life, {
      graceMs: spec.options.graceMs,
      onRoom: (member) => owner.onRoom(member),
      adjust: () => this.adjust(),
      onExhausted: (last) => this.#tellExhausted(last),
      onClosed: (toError) => this.#onClosed(toError),
      onOver: () => spec.outputs.close(),
    });
    this.#idle = new IdleMembers(policy, this.roster, (member) => this.#scaleDown(member));
    this.#replacements = new Replacements({
      isOver: () => this.life.end !== undefined,
      isCrowded: () => this.roster.lingering >= policy.max,
      successorOf: ({ pid: predecessor }) => this.#starts.make({ kind: "recycle", predecessor }),
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
    const kept = this.#arrivals.whenKept();
    this.adjust();
    this.#arrivals.arrived();
    return kept;
  }

  /** The least busy process, once there is one. @throws IsolationError when there will be none */
  present(): Promise<Member> {
    const { down } = this.life;
    if (down !== undefined) return Promise.reject(down);
    const member = this.roster.leastRequested();
    if (member !== undefined) return Promise.resolve(member);
    const waiting = this.#arrivals.whenAny();
    this.adjust();
    return waiting;
  }

  /**
   * A request that is no call of the pool goes to the process.
   *
   * @returns to be called when it is over
   */
  requestBegan(member: Member): () => void {
    member.requests += 1;
    this.#starts.adjustToRequests();
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
    this.#starts.adjust();
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
    if (this.life.end === undefined && !this.roster.isHeld && !this.#wasToEnd(member))
      member.restartsAfterMs = this.life.spend(healthy, { outcome, error: undefined });
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

  /** Whoever waits for any process waits for the first, and needs no other. */
  #waiting(): WaitingCalls {
    const waiting = this.#owner.waiting();
    return waiting.free === 0 && this.#arrivals.waiting > 0 ? { ...waiting, free: 1 } : waiting;
  }

  #onReady(member: Member): void {
    // It has died, or is not wanted, since.
    if (!member.isOpen) return;
    this.#starts.ready();
    this.#arrivals.arrived();
    this.#owner.onRoom(member);
    this.#idle.watch(member);
    this.adjust();
  }

  #onStartFailed(member: Member, error: IsolationError): void {
    this.roster.remove(member);
    const { life } = this;
    if (life.end !== undefined || member.state === "gone") return;
    const isBeginning = !life.isProved && this.#arrivals.areKeptAwaited;
    const restartsAfterMs = isBeginning ? undefined : life.spend(false, { outcome: undefined, error });
    this.#tellStartFailed(member, error, restartsAfterMs !== undefined);
    if (restartsAfterMs !== undefined) this.#tellRestarting(restartsAfterMs);
    if (isBeginning) {
      this.#arrivals.keptFailed(error);
      this.end.close({ kind: "crashed" });
    } else if (life.exhausted !== undefined) this.end.exhausted(life.exhausted);
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
    const isReplaced = willRestart && !this.#wasToEnd(member);
    if (member.live !== undefined) this.#spec.telemetry.death(member.live, event.outcome, isReplaced);
    this.#publisher.emit("exited", { ...event, willRestart });
    if (member.restartsAfterMs !== undefined) this.#tellRestarting(member.restartsAfterMs);
    if (exhausted !== undefined) this.end.exhausted(exhausted);
    else this.adjust();
  }

  /** Whether it has had its only call: it was to end anyway, and nothing is started because of that. */
  #wasToEnd({ given }: Member): boolean {
    return this.#policy.isOneShot && given > 0;
  }

  #tellRestarting(delayMs: number): void {
    const { name: isolate } = this.#spec.options;
    const { restarts } = this.life;
    this.#publisher.emit("restarting", { isolate, generation: this.#starts.generations + 1, delayMs, restarts });
  }

  #tellExhausted({ outcome }: LastFailure): void {
    const { name: isolate } = this.#spec.options;
    const { generations: generation } = this.#starts;
    this.#publisher.emit("restartsExhausted", { isolate, generation, restarts: this.life.restarts, outcome });
  }

  #onClosed(toError: () => IsolationError): void {
    this.#starts.stop();
    this.#idle.stop();
    this.#refuse(toError);
    this.#arrivals.keptFailed(toError());
  }

  #refuse(toError: () => IsolationError): void {
    this.#owner.refuse(toError);
    this.#arrivals.refuse(toError);
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
}
