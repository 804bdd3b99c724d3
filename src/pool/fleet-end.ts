import type { IsolationError } from "../errors/index.js";
import { keepAlive } from "../isolator/index.js";
import type { AfterCrash, StopCause } from "../supervision/index.js";
import type { Member } from "./member.js";
import type { LastFailure } from "./pool-errors.js";
import type { PoolLife } from "./pool-life.js";
import type { Roster } from "./roster.js";

/** What has to do with the end of all processes of a pool. */
export interface FleetEndOwner {
  /** Milliseconds that calls get where the pool ends by itself. */
  readonly graceMs: number;
  /** A process may have room again. */
  onRoom(member: Member): void;
  /** Starts what is missing. */
  adjust(): void;
  /** The budget was spent, and that is the end. */
  onExhausted(last: LastFailure): void;
  /** No process is started any more, and nothing that waits will have one. */
  onClosed(toError: () => IsolationError): void;
  /** Nothing is left of any process. */
  onOver(): void;
}

/** Ends the processes of a pool together: for good, or until it is judged how it goes on; calls wait meanwhile. */
export class FleetEnd {
  readonly #roster: Roster;
  readonly #life: PoolLife;
  readonly #owner: FleetEndOwner;
  /** Whether calls wait because the processes are about to be halted. */
  #isHaltAwaited = false;

  constructor(roster: Roster, life: PoolLife, owner: FleetEndOwner) {
    this.#roster = roster;
    this.#life = life;
    this.#owner = owner;
  }

  /** No further process is started, and nothing waits any more. Resolves when all are gone. */
  shutdown(reason: string, graceMs: number): Promise<void> {
    this.close({ kind: "shutdown", reason });
    return keepAlive.during(this.#endAll((member) => member.shutdown(reason, graceMs)));
  }

  /** Kills all processes and what they started. Resolves when all are gone. */
  terminate(signal: NodeJS.Signals): Promise<void> {
    this.close({ kind: "terminated" });
    return keepAlive.during(this.#endAll((member) => member.terminate(signal)));
  }

  /** No call is handed over until it is decided how it goes on; those that fail because others are halted wait, if they may. */
  awaitHalt(): void {
    if (!this.#roster.isHeld) this.#isHaltAwaited = true;
    this.#roster.isHeld = true;
    for (const { core } of this.#roster.open) core.awaitHalt();
  }

  /** They are not halted after all, unless that has begun. */
  resume(): void {
    if (!this.#isHaltAwaited || this.#life.end !== undefined) return;
    this.#isHaltAwaited = false;
    this.#roster.isHeld = false;
    for (const member of this.#roster.open) {
      member.core.resume();
      this.#owner.onRoom(member);
    }
    this.#owner.adjust();
  }

  /** Ends all processes in order, and has it judged how it goes on. */
  async halt(reason: string, graceMs: number): Promise<void> {
    if (this.#life.end !== undefined) return;
    this.awaitHalt();
    this.#isHaltAwaited = false;
    await keepAlive.during(this.#end((member) => member.shutdown(reason, graceMs)));
    void this.#life.judge(true).then((decision) => this.#goOn(decision));
  }

  /** The budget is spent: what runs may finish, and it is judged how it goes on. */
  exhausted(last: LastFailure): void {
    if (this.#life.end !== undefined || this.#roster.isHeld) return;
    this.#roster.isHeld = true;
    void this.#end((member) => member.shutdown("its pool has spent its restarts", this.#owner.graceMs));
    void this.#life.judge(false, last).then((decision) => {
      if (decision.kind === "stop" && decision.cause.kind === "exhausted") this.#owner.onExhausted(last);
      this.#goOn(decision, last);
    });
  }

  /** No process is started any more. */
  close(cause: StopCause, last?: LastFailure): void {
    if (this.#life.close(cause, last)) this.#owner.onClosed(() => this.#life.down as IsolationError);
  }

  #goOn(decision: AfterCrash, last?: LastFailure): void {
    if (this.#life.end !== undefined) return;
    if (decision.kind === "stop") {
      this.close(decision.cause, last);
      void this.#endAll((member) => member.shutdown("the pool is down", this.#owner.graceMs));
      return;
    }
    this.#life.begin(decision.delayMs);
    this.#roster.isHeld = false;
    this.#owner.adjust();
  }

  async #end(end: (member: Member) => Promise<unknown>): Promise<void> {
    await Promise.allSettled(this.#roster.all.map(end));
    await this.#roster.gone();
  }

  async #endAll(end: (member: Member) => Promise<unknown>): Promise<void> {
    await this.#end(end);
    this.#owner.onOver();
    this.#life.over.reach();
  }
}
