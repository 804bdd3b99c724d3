import type { IsolationError } from "../errors/index.js";
import { type Call, type IsolatorEvents, keepAlive } from "../isolator/index.js";
import type { Death, StopCause } from "../supervision/index.js";
import { Member, type MemberListener, type MemberPurpose, type MemberSpec } from "./member.js";
import { MovableTimer } from "./movable-timer.js";
import type { PoolPolicy } from "./options/index.js";
import { PoolBudget } from "./pool-budget.js";
import { again, type PoolEnd, poolDownError } from "./pool-errors.js";
import type { PoolPublisher } from "./pool-events.js";
import type { PoolState } from "./pool-status.js";
import type { Lane } from "./queue/index.js";
import { type PoolLoad, processesToStart } from "./scaling.js";

/** Whom the processes of a pool work for: the calls. */
export interface FleetOwner {
  /** Calls that wait and that any process may take, and since when the first of them has. */
  waiting(): { readonly free: number; readonly since: number | undefined };
  /** A process may have room. */
  onRoom(member: Member): void;
  /** It takes no more calls. */
  onClosed(member: Member): void;
  /** These calls, which ran in a process that is gone, may run in another. */
  onLost(calls: readonly Call[]): void;
  onLaneEnd(lane: Lane<Member>): void;
  /** Settles all that wait. */
  refuse(toError: () => IsolationError): void;
}

/** The processes of one pool: how many there are, and what follows when one crashes, is due, or is not needed. */
export class Fleet implements MemberListener {
  readonly #policy: PoolPolicy;
  readonly #spec: MemberSpec;
  readonly #publisher: PoolPublisher;
  readonly #owner: FleetOwner;
  readonly #budget: PoolBudget;
  /** All that have not ended, the oldest first. */
  #members: Member[] = [];
  /** Of each that ended: until nothing of it is left. */
  readonly #ending = new Set<Promise<unknown>>();
  #generations = 0;
  #restarts = 0;
  /** Processes that crashed and whose place nobody has taken. */
  #missing = 0;
  #isProved = false;
  #lastReady = 0;
  /** No process is started before. */
  #notBefore = 0;
  #end: PoolEnd | undefined;
  /** What has spent the last of the budget: the pool ends when its calls have heard of it. */
  #exhausted: Omit<PoolEnd, "cause"> | undefined;
  #isOver = false;
  #replacing: Promise<unknown> = Promise.resolve();
  #begun: { readonly resolve: () => void; readonly reject: (error: IsolationError) => void } | undefined;
  readonly #upTimer = new MovableTimer(() => this.adjust());
  readonly #idleTimer = new MovableTimer(() => this.#endIdle());

  constructor(policy: PoolPolicy, spec: MemberSpec, publisher: PoolPublisher, owner: FleetOwner) {
    this.#policy = policy;
    this.#spec = spec;
    this.#publisher = publisher;
    this.#owner = owner;
    this.#budget = new PoolBudget(policy);
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get state(): PoolState {
    if (this.#end === undefined) return "ready";
    return this.#isOver ? "stopped" : "stopping";
  }

  /** Why no call can be taken, if none can. */
  get down(): IsolationError | undefined {
    return this.#end === undefined ? undefined : this.#toDownError(this.#end);
  }

  /** Starts those that are kept. Resolves when they take calls. @throws IsolationError what keeps the first from starting */
  begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begun = { resolve, reject };
      this.adjust();
      this.#tellIfBegun();
    });
  }

  /** The process that whoever runs now is preparing, if it is one of these. */
  get preparing(): Member | undefined {
    return this.#members.find(({ state, core }) => state === "starting" && core.activatingPid !== undefined);
  }

  /** Whether a call may go to this process now. */
  hasRoom(member: Member): boolean {
    const { concurrency, isOneShot, spares, max } = this.#policy;
    if (!member.isOpen || (isOneShot && member.given > 0)) return false;
    const { load } = member;
    return load < concurrency && (load > 0 || spares === 0 || this.#busy() < max);
  }

  /** The process that a call goes to: the least busy one, and of several the oldest, so that the others get idle. */
  leastBusy(): Member | undefined {
    let best: Member | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      if (!member.isOpen) continue;
      const { load } = member;
      if (load < least && this.hasRoom(member)) {
        best = member;
        least = load;
        if (load === 0) break;
      }
    }
    return best;
  }

  /** Starts what is missing, now or when it is due. */
  adjust(): void {
    if (this.#end !== undefined) return;
    const now = performance.now();
    const load = this.#load(now);
    if (now < this.#notBefore) {
      if (load.waiting > 0 || this.#isIncomplete(load)) this.#upTimer.by(this.#notBefore);
      return;
    }
    // As long as nobody knows whether any can start, one shows it.
    const policy = this.#isProved ? this.#policy : { ...this.#policy, startsAtOnce: 1 };
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

  hasListener(name: keyof IsolatorEvents): boolean {
    return this.#publisher.hasListener(name);
  }

  onEvent<Name extends keyof IsolatorEvents>(member: Member, name: Name, event: IsolatorEvents[Name][0]): void {
    if (name === "started") this.#tellStarted(member);
    else if (name === "exited") this.#onExited(member, event as IsolatorEvents["exited"][0]);
    // That a start failed is told together with what follows.
    else if (name !== "startFailed") this.#publisher.emit(name, event as never);
  }

  onDeath(member: Member, { outcome, healthy }: Death): void {
    this.#owner.onClosed(member);
    // One that has had its only call was to end anyway.
    if (this.#end !== undefined || (this.#policy.isOneShot && member.given > 0)) return;
    this.#spend(healthy, { outcome, error: undefined });
  }

  onLost(_: Member, calls: readonly Call[]): void {
    this.#owner.onLost(calls);
  }

  onLaneEnd(lane: Lane<Member>): void {
    this.#owner.onLaneEnd(lane);
  }

  onRoom(member: Member): void {
    if (member.done === 1) this.#budget.proved();
    if (this.#policy.isOneShot && member.load === 0 && member.given > 0)
      this.#retire(member, "it has had its call", "ask");
    this.#owner.onRoom(member);
    if (member.load === 0 && member.isOpen) this.#idleTimer.by(member.idleSince + this.#policy.idleMs);
  }

  onStuck(member: Member): void {
    this.#retire(member, "a call that was given up did not end", "kill");
  }

  /** One at a time: the fresh one takes calls before the old one goes. */
  onDue(member: Member): Promise<boolean> {
    const replaced = this.#replacing.then(() => this.#replace(member));
    this.#replacing = replaced;
    return replaced;
  }

  #busy(): number {
    let busy = 0;
    for (const member of this.#members) if (member.isOpen && member.load > 0) busy += 1;
    return busy;
  }

  #load(now: number): PoolLoad {
    const { free, since } = this.#owner.waiting();
    const load = { ready: 0, busy: 0, starting: 0, leaving: 0, waiting: free, waitedMs: 0 };
    for (const member of this.#members) {
      if (member.state === "leaving") load.leaving += 1;
      // The successor of one that is due is none more.
      else if (member.state === "starting") load.starting += member.purpose.kind === "recycle" ? 0 : 1;
      else if (member.isOpen) {
        load.ready += 1;
        if (member.load > 0) load.busy += 1;
      }
    }
    if (since !== undefined) load.waitedMs = now - Math.max(since, this.#lastReady);
    return load;
  }

  /** Whether processes are missing, calls or not. */
  #isIncomplete(load: PoolLoad): boolean {
    return processesToStart({ ...load, waiting: 0 }, this.#policy) > 0;
  }

  #purpose(): MemberPurpose {
    if (this.#missing === 0) return { kind: "scale" };
    this.#missing -= 1;
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
    member.core.facts.restarts = this.#restarts;
    this.#members.push(member);
    return member;
  }

  #onReady(member: Member): void {
    // It has died, or is not wanted, since.
    if (!member.isOpen) return;
    this.#isProved = true;
    this.#lastReady = performance.now();
    this.#tellIfBegun();
    this.#owner.onRoom(member);
    if (member.load === 0 && member.isOpen) this.#idleTimer.by(member.idleSince + this.#policy.idleMs);
    this.adjust();
  }

  #onStartFailed(member: Member, error: IsolationError): void {
    this.#remove(member);
    if (this.#end !== undefined || member.state === "gone") return;
    const begun = this.#isProved ? undefined : this.#begun;
    const willRetry = begun === undefined && this.#spend(false, { outcome: undefined, error });
    const { name: isolate } = this.#spec.options;
    this.#publisher.emit("startFailed", { isolate, generation: member.generation, error, willRetry });
    if (begun !== undefined) {
      this.#begun = undefined;
      begun.reject(error);
      this.#close({ kind: "crashed" });
    } else if (this.#exhausted !== undefined) this.#endExhausted(this.#exhausted);
    else {
      // Nobody knows yet whether any process of it can start: whoever waits hears why this one did not.
      if (!this.#isProved) this.#owner.refuse(() => again(error));
      this.adjust();
    }
  }

  #tellStarted({ purpose, isolate: { isolator }, generation, isOpen, pid }: Member): void {
    const facts = { isolate: isolator.name, generation, pid };
    if (purpose.kind === "restart") this.#publisher.emit("restarted", { ...facts, restarts: this.#restarts });
    else if (purpose.kind === "recycle")
      this.#publisher.emit("recycled", { ...facts, predecessor: purpose.predecessor });
    else {
      this.#publisher.emit("started", facts);
      const processes = this.#members.filter((member) => member.isOpen).length;
      const { min, spares } = this.#policy;
      if (isOpen && processes > Math.max(min, spares)) this.#publisher.emit("scaledUp", { ...facts, processes });
    }
  }

  #onExited(member: Member, event: IsolatorEvents["exited"][0]): void {
    this.#remove(member);
    this.#owner.onClosed(member);
    const exhausted = this.#exhausted;
    const willRestart = exhausted === undefined && this.#end === undefined && member.isDead;
    this.#publisher.emit("exited", { ...event, willRestart });
    if (exhausted !== undefined) this.#endExhausted(exhausted);
    else this.adjust();
  }

  #remove(member: Member): void {
    this.#members = this.#members.filter((other) => other !== member);
    // Where no process was to be had, there is nothing to wait for.
    if (member.pid === 0) return;
    const ending = member.core.stopped.wait().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Whether another process may be started for one that died or did not start. */
  #spend(healthy: boolean, last: Omit<PoolEnd, "cause">): boolean {
    const now = performance.now();
    const decision = this.#budget.spend(now, healthy);
    if (decision.kind === "exhausted") {
      this.#exhausted = last;
      return false;
    }
    this.#restarts += 1;
    this.#missing += 1;
    this.#notBefore = Math.max(this.#notBefore, now + decision.delayMs);
    const { name: isolate } = this.#spec.options;
    const { delayMs } = decision;
    const generation = this.#generations + 1;
    this.#publisher.emit("restarting", { isolate, generation, delayMs, restarts: this.#restarts });
    return true;
  }

  /** The budget is spent: what runs may finish. */
  #endExhausted(last: Omit<PoolEnd, "cause">): void {
    const isOff = this.#policy.restart.maxRestarts === 0;
    this.#close({ kind: isOff ? "crashed" : "exhausted" }, last);
    const { name: isolate, graceMs } = this.#spec.options;
    const generation = this.#generations;
    const { outcome } = last;
    if (!isOff) this.#publisher.emit("restartsExhausted", { isolate, generation, restarts: this.#restarts, outcome });
    void this.#endAll((member) => member.shutdown("the pool is down", graceMs));
  }

  #close(cause: StopCause, last: Omit<PoolEnd, "cause"> = { outcome: undefined, error: undefined }): void {
    if (this.#end !== undefined) return;
    this.#end = { cause, ...last };
    this.#upTimer.stop();
    this.#idleTimer.stop();
    const end = this.#end;
    this.#owner.refuse(() => this.#toDownError(end));
    this.#begun?.reject(this.#toDownError(end));
    this.#begun = undefined;
  }

  async #endAll(end: (member: Member) => Promise<unknown>): Promise<void> {
    await Promise.allSettled(this.#members.map(end));
    await Promise.allSettled([...this.#ending]);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#spec.outputs.close();
  }

  #toDownError(end: PoolEnd): IsolationError {
    return poolDownError(this.#spec.options.name, end, this.#restarts, this.#policy.restart);
  }

  #retire(member: Member, reason: string, how: "ask" | "kill"): void {
    member.leave(reason, how);
    this.#owner.onClosed(member);
    this.adjust();
  }

  async #replace(member: Member): Promise<boolean> {
    if (!member.isOpen || this.#end !== undefined) return true;
    const fresh = this.#make({ kind: "recycle", predecessor: member.pid });
    try {
      await fresh.start();
    } catch (error) {
      this.#remove(fresh);
      const { name: isolate } = this.#spec.options;
      if (this.#end === undefined) {
        const { generation } = fresh;
        this.#publisher.emit("startFailed", { isolate, generation, error: error as IsolationError, willRetry: true });
      }
      return false;
    }
    if (member.isOpen) this.#retire(member, "recycled", "ask");
    this.#onReady(fresh);
    return true;
  }

  #endIdle(): void {
    if (this.#end !== undefined) return;
    const now = performance.now();
    const { min, spares, idleMs } = this.#policy;
    const open = this.#members.filter((member) => member.isOpen);
    const idle = open.filter(({ load }) => load === 0).sort((one, other) => one.idleSince - other.idleSince);
    let removable = Math.min(open.length - min, idle.length - spares);
    for (const member of idle) {
      if (removable <= 0) return;
      if (now - member.idleSince < idleMs) {
        this.#idleTimer.by(member.idleSince + idleMs);
        return;
      }
      removable -= 1;
      this.#retire(member, "idle", "ask");
      const { name: isolate } = this.#spec.options;
      const processes = this.#members.filter((other) => other.isOpen).length;
      this.#publisher.emit("scaledDown", { isolate, generation: member.generation, pid: member.pid, processes });
    }
  }

  #tellIfBegun(): void {
    const { min, spares } = this.#policy;
    if (this.#members.filter(({ isOpen }) => isOpen).length < Math.max(min, spares)) return;
    this.#begun?.resolve();
    this.#begun = undefined;
  }
}
