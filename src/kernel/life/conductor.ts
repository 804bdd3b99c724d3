import type { IsolationError } from "../../errors/index.js";
import { type AfterCrash, type Death, type Judgement, RestartBudget } from "../../supervision/index.js";
import {
  died,
  type Escalation,
  plant,
  standingOf,
  startedByHand,
  stoppedByHand,
  type TreeGroup,
  type TreeState,
  type Verdict,
} from "../tree/index.js";
import type { Unit } from "./unit.js";

/** What the conductor tells the kernel. */
export interface ConductorListener {
  onEscalated(escalation: Escalation, isolate: string): void;
  /** An isolate ended and is not started again. */
  onGivenUp(unit: Unit): void;
  /** The root is exhausted. */
  onExhausted(escalation: Escalation, isolate: string): void;
  onStartFailed(unit: Unit, error: IsolationError): void;
}

/** Only how long to wait is asked of it: how often is the tree's to say. */
const PATIENCE = {
  maxRestarts: Number.POSITIVE_INFINITY,
  withinMs: 60_000,
  backoff: { initialMs: 100, maxMs: 5_000, factor: 2, jitter: 0.5 },
};

const GIVEN_UP: AfterCrash = { kind: "stop", cause: { kind: "crashed" } };
const EXHAUSTED: AfterCrash = { kind: "stop", cause: { kind: "exhausted" } };

/** Does what the supervision tree says: who ends with a dead isolate, who is started again, and in which order. */
export class Conductor {
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #listener: ConductorListener;
  readonly #budgets = new Map<Unit, RestartBudget>();
  /** Of isolates without a process: what tells them how it goes on. */
  readonly #held = new Map<Unit, (decision: AfterCrash) => void>();
  readonly #onHeld = new Map<Unit, () => void>();
  /** When each was started again last, as a number that grows with every such start. */
  readonly #starts = new Map<Unit, number>();
  #lastStart = 0;
  #state: TreeState;
  #isOver = false;
  /** Verdicts that reach beyond the dead one are carried out one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(root: TreeGroup, units: ReadonlyMap<string, Unit>, listener: ConductorListener) {
    this.#state = plant(root);
    this.#units = units;
    this.#listener = listener;
  }

  /** The kernel ends: nobody is started again. */
  close(): void {
    this.#isOver = true;
    for (const decide of [...this.#held.values()]) decide(GIVEN_UP);
  }

  /** An operator stops, or has failed to start, an isolate. */
  stopped(unit: Unit): void {
    this.#state = stoppedByHand(this.#state, unit.name);
  }

  /** An operator has started an isolate. */
  started(unit: Unit): void {
    this.#state = startedByHand(this.#state, unit.name);
  }

  /** Whether an operator has stopped, or failed to start, an isolate, and nobody has started it since. */
  isStopped(unit: Unit): boolean {
    return standingOf(this.#state, unit.name) === "by-hand";
  }

  /** Another isolator is behind the isolate: one that is held goes on as it is. */
  letGo(unit: Unit): void {
    this.#release(unit, { kind: "restart", delayMs: 0 });
  }

  /** What follows the death of the present process of an isolate. */
  judge(unit: Unit, { outcome, healthy, halted }: Death): Judgement {
    if (this.#isOver) return GIVEN_UP;
    if (halted) return this.#hold(unit);
    const normal = outcome?.kind === "exited" && outcome.code === 0 && outcome.reason === "exit";
    const verdict = died(this.#state, { isolate: unit.name, at: performance.now(), normal });
    this.#state = verdict.state;
    for (const escalation of verdict.escalations) this.#listener.onEscalated(escalation, unit.name);
    if (verdict.end) {
      this.#isOver = true;
      this.#listener.onExhausted(verdict.escalations.at(-1) as Escalation, unit.name);
      return EXHAUSTED;
    }
    if (!verdict.start.includes(unit.name)) {
      this.#giveUp(unit);
      return GIVEN_UP;
    }
    const restart = this.#restart(unit, healthy);
    if (verdict.stop.length === 0 && verdict.start.length === 1) return restart;
    const held = this.#hold(unit);
    const since = this.#lastStart;
    this.#work = this.#work.then(() => {
      if (!this.#isDone(verdict, unit, since)) return this.#carryOut(verdict, unit, restart);
    });
    return held;
  }

  /** Whether a verdict that was carried out meanwhile has started all anew that this one is about. */
  #isDone({ start, givenUp }: Verdict, dead: Unit, since: number): boolean {
    if (givenUp.length > 0 || this.#held.has(dead)) return false;
    return start.every((name) => (this.#starts.get(this.#unit(name)) ?? 0) > since);
  }

  /** Ends the others in their order, and starts all in theirs. Never rejects. */
  async #carryOut({ stop, start, givenUp }: Verdict, dead: Unit, restart: AfterCrash): Promise<void> {
    const ending = new Set(stop);
    for (const name of stop) this.#unit(name).current?.awaitHalt();
    dead.refuse(ending);
    for (const name of stop) {
      await this.#halt(this.#unit(name), `${dead.name} has ended`);
      this.#unit(name).refuse(ending);
    }
    for (const unit of [dead, ...stop.map((name) => this.#unit(name))]) unit.accept();
    for (const name of givenUp) this.#release(this.#unit(name), GIVEN_UP);
    for (const name of givenUp) this.#giveUp(this.#unit(name));
    const ready = new Map<string, Promise<void>>();
    for (const name of start) {
      const unit = this.#unit(name);
      const before = unit.definition.dependencies.map((dependency) => ready.get(dependency));
      const decision: AfterCrash = unit === dead ? restart : { kind: "restart", delayMs: 0 };
      ready.set(
        name,
        Promise.all(before).then(() => this.#startAgain(unit, decision)),
      );
    }
    await Promise.all(ready.values());
  }

  /** Resolves when it takes calls, or has failed again, which is judged anew. */
  async #startAgain(unit: Unit, decision: AfterCrash): Promise<void> {
    // Since the verdict, an operator may have stopped it.
    if (this.#isOver || standingOf(this.#state, unit.name) === "by-hand") return;
    this.#lastStart += 1;
    this.#starts.set(unit, this.#lastStart);
    if (unit.current !== undefined) {
      this.#release(unit, decision);
      await this.#settled(unit);
      return;
    }
    // It had ended as it may, and comes back with its siblings.
    await unit.start().catch((error: IsolationError) => {
      this.stopped(unit);
      this.#listener.onStartFailed(unit, error);
    });
  }

  /** Afterwards it has no process, and is held. One that has died by itself meanwhile is that already. */
  async #halt(unit: Unit, reason: string): Promise<void> {
    await this.#settled(unit);
    if (!this.#isOver && !this.#held.has(unit)) await unit.halt(reason);
  }

  /**
   * Resolves when the isolate takes calls, will not take any, or is held: then it may wait for a verdict that is carried out
   * after the one that asks.
   */
  #settled(unit: Unit): Promise<void> {
    if (this.#held.has(unit)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onHeld.set(unit, resolve);
      void unit.settled().then(resolve);
    });
  }

  #hold(unit: Unit): Judgement {
    const decided = new Promise<AfterCrash>((resolve) => {
      this.#held.set(unit, resolve);
    });
    this.#onHeld.get(unit)?.();
    this.#onHeld.delete(unit);
    return { kind: "hold", decided };
  }

  #release(unit: Unit, decision: AfterCrash): void {
    this.#held.get(unit)?.(decision);
    this.#held.delete(unit);
  }

  #giveUp(unit: Unit): void {
    // The isolator has yet to hear of it.
    setImmediate(() => this.#listener.onGivenUp(unit));
  }

  #restart(unit: Unit, healthy: boolean): AfterCrash {
    const budget = this.#budgets.get(unit) ?? new RestartBudget(PATIENCE);
    this.#budgets.set(unit, budget);
    const decision = budget.spend(performance.now(), healthy);
    return decision.kind === "restart" ? decision : GIVEN_UP;
  }

  #unit(name: string): Unit {
    return this.#units.get(name) as Unit;
  }
}
