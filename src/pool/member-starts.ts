import type { IsolationError } from "../errors/index.js";
import type { Member, MemberPurpose } from "./member.js";
import { MovableTimer } from "./movable-timer.js";
import type { PoolPolicy } from "./options/index.js";
import type { PoolLife } from "./pool-life.js";
import type { Roster, WaitingCalls } from "./roster.js";
import { type PoolLoad, processesToStart } from "./scaling.js";

/** Whom processes are started for. */
export interface StartsOwner {
  /** What waits for a process. */
  waiting(): WaitingCalls;
  /** Makes one that is not started yet. */
  make(generation: number, purpose: MemberPurpose): Member;
  onReady(member: Member): void;
  onFailed(member: Member, error: IsolationError): void;
}

/** Starts the processes of a pool: as many as are kept, and as calls need; when one is missing, when its time has come. */
export class MemberStarts {
  readonly #policy: PoolPolicy;
  readonly #roster: Roster;
  readonly #life: PoolLife;
  readonly #owner: StartsOwner;
  readonly #timer = new MovableTimer(() => this.adjust());
  #generations = 0;
  #lastReady = 0;

  constructor(policy: PoolPolicy, roster: Roster, life: PoolLife, owner: StartsOwner) {
    this.#policy = policy;
    this.#roster = roster;
    this.#life = life;
    this.#owner = owner;
  }

  /** How many were made. */
  get generations(): number {
    return this.#generations;
  }

  /** Starts what is missing, now or when it is due. */
  adjust(): void {
    const life = this.#life;
    if (life.end !== undefined || this.#roster.isHeld) return;
    const now = performance.now();
    const load = this.#load(now);
    if (now < life.notBefore) {
      if (load.waiting > 0 || processesToStart({ ...load, waiting: 0 }, this.#policy) > 0)
        this.#timer.by(life.notBefore);
      return;
    }
    // As long as nobody knows whether any can start, one shows it.
    const policy = life.isProved ? this.#policy : { ...this.#policy, startsAtOnce: 1 };
    for (let missing = processesToStart(load, policy); missing > 0; missing -= 1) this.#start();
    const { scaleUpAfterMs, max } = this.#policy;
    if (load.waiting > 0 && load.ready + load.starting < max && load.waitedMs < scaleUpAfterMs) {
      this.#timer.by(now + scaleUpAfterMs - load.waitedMs);
    }
  }

  /** Starts one more for requests that are no calls of the pool, where all that there are have as many as they run calls. */
  adjustToRequests(): void {
    const { concurrency, max } = this.#policy;
    const { open, all } = this.#roster;
    const isFull = open.every(({ busyness }) => busyness > concurrency);
    const isStarting = all.some(({ state }) => state === "starting");
    if (isFull && !isStarting && open.length < max && this.#life.end === undefined) this.#start();
  }

  /** Makes one that others start. */
  make(purpose: MemberPurpose): Member {
    this.#generations += 1;
    const member = this.#owner.make(this.#generations, purpose);
    this.#roster.add(member);
    return member;
  }

  /** One takes calls. */
  ready(): void {
    this.#life.isProved = true;
    this.#lastReady = performance.now();
  }

  /** None is started any more. */
  stop(): void {
    this.#timer.stop();
  }

  #load(now: number): PoolLoad {
    return this.#roster.load(this.#owner.waiting(), this.#lastReady, now);
  }

  #start(): void {
    const member = this.make(this.#purpose());
    member.start().then(
      () => this.#owner.onReady(member),
      (error: IsolationError) => this.#owner.onFailed(member, error),
    );
  }

  #purpose(): MemberPurpose {
    if (this.#life.missing === 0) return { kind: "scale" };
    this.#life.missing -= 1;
    return { kind: "restart" };
  }
}
