import { hostReaper } from "../platform/index.js";
import type { ExitOutcome } from "../process/index.js";
import { failStart } from "./activate-generation.js";
import type { Death, Judge, Judgement } from "./after-crash.js";
import { discardGeneration } from "./end-generation.js";
import { toFinalOutcome } from "./final-outcome.js";
import type { Generation } from "./generation.js";
import type { GenerationSource } from "./generation-source.js";
import { Milestone } from "./milestone.js";
import type { Retirement } from "./retirement.js";
import { StartFailure } from "./start-failure.js";
import { move, type State, type StopCause } from "./state.js";
import type { SupervisorListener } from "./supervisor-listener.js";

/** Moves from state to state: which generation takes the calls, what follows its end, and when no other does. */
export class Lifecycle {
  /** No further generation follows and every process is gone; with how the last one ended. */
  readonly stopped = new Milestone<ExitOutcome>();
  readonly #isolate: string;
  readonly #source: GenerationSource;
  readonly #retirement: Retirement;
  readonly #judge: Judge;
  readonly #listener: SupervisorListener;
  #state: State = { kind: "idle" };
  #lastOutcome: ExitOutcome | undefined;
  #lastGone: Promise<void> | undefined;
  #freeReaper = (): void => {};
  /** The generation whose end is to be judged like a death, although somebody asked for it. */
  #halted: Generation | undefined;

  /**
   * @param isolate the isolate's name
   * @param judge decides what follows a death
   */
  constructor(
    isolate: string,
    source: GenerationSource,
    retirement: Retirement,
    judge: Judge,
    listener: SupervisorListener,
  ) {
    this.#isolate = isolate;
    this.#source = source;
    this.#retirement = retirement;
    this.#judge = judge;
    this.#listener = listener;
  }

  get state(): State {
    return this.#state;
  }

  /** Starts the first generation. A first start that fails is not tried again. */
  async start(abort: AbortController, number: number): Promise<void> {
    this.#freeReaper = hostReaper().hold("isolator");
    const failure = await this.#launch(number, abort);
    if (failure === undefined) return;
    this.#listener.onStartFailed(number, failure.error, false);
    this.#finish(this.#state.kind === "stopping" ? this.#state.cause : { kind: "crashed" });
    throw failure.error;
  }

  /**
   * Another generation takes over from the present one, which retires.
   *
   * @returns false when the present one is another by now, or none
   * @throws what keeps the successor from being found; the present one goes on then
   */
  replace(old: Generation, successor: Generation): boolean {
    if (this.#state.kind !== "ready" || this.#state.live !== old) return false;
    successor.publish();
    // First: whoever hears of the successor may stop both.
    this.#retirement.add(old);
    this.#enter(successor, old);
    return true;
  }

  /** Moves to `stopping` and returns the live generation that is left to end, if it is this call that stops. */
  beginStop(cause: StopCause): Generation | undefined {
    const state = this.#state;
    if (state.kind !== "idle") this.#source.close();
    switch (state.kind) {
      case "ready":
        this.#move({ kind: "stopping", live: state.live, cause });
        return state.live;
      case "starting":
        // The failed start finishes the stop.
        this.#move({ kind: "stopping", live: undefined, cause });
        state.abort.abort();
        return undefined;
      case "waiting":
        this.#move({ kind: "stopping", live: undefined, cause });
        clearTimeout(state.timer);
        this.#finish(cause);
        return undefined;
      case "idle":
      case "stopping":
      case "stopped":
        return undefined;
    }
  }

  /** The end of the present generation, which is about to be asked to end, is no end of the isolator. Returns it, if there is one. */
  halt(): Generation | undefined {
    if (this.#state.kind !== "ready") return undefined;
    this.#halted = this.#state.live;
    return this.#halted;
  }

  /** Resolves with the failure, if the generation did not become ready. Never rejects. */
  async #launch(number: number, abort = new AbortController()): Promise<StartFailure | undefined> {
    this.#move({ kind: "starting", generation: number, abort });
    const tellStarted = this.#listener.onStarting(number, number === 1 ? "first" : "restart");
    try {
      const live = await this.#source.next(number, abort.signal);
      // Stopped in the very moment in which it became ready.
      if (this.#state.kind !== "starting") throw await discardGeneration(live);
      try {
        live.publish();
      } catch (error) {
        throw await failStart(live, this.#isolate, error);
      }
      tellStarted(live);
      this.#enter(live, undefined);
      return undefined;
    } catch (error) {
      const failure = StartFailure.of(error);
      tellStarted(undefined, failure.error);
      this.#lastOutcome = failure.outcome ?? this.#lastOutcome;
      return failure;
    }
  }

  #enter(live: Generation, predecessor: Generation | undefined): void {
    this.#move({ kind: "ready", live });
    // First: the listener may have it replaced in this very turn, and its retirement has to hear of its end after this.
    void live.outcome.then((outcome) => this.#onEnded(live, outcome));
    this.#listener.onReady(live, predecessor);
    this.#source.fillSoon();
  }

  async #relaunch(number: number): Promise<void> {
    const failure = await this.#launch(number);
    if (failure === undefined) return;
    if (this.#state.kind === "stopping") {
      this.#finish(this.#state.cause);
      return;
    }
    const again = this.#judge({ outcome: failure.outcome, healthy: false, halted: false });
    this.#listener.onStartFailed(number, failure.error, again.kind !== "stop");
    this.#follow(again, number);
  }

  #onEnded(live: Generation, outcome: ExitOutcome): void {
    const { kind } = this.#state;
    if (this.#retirement.has(live)) {
      // Its successor may have ended for good before it.
      this.#listener.onEnded(live, outcome, kind !== "stopping" && kind !== "stopped");
      return;
    }
    this.#lastOutcome = outcome;
    this.#lastGone = live.gone;
    if (this.#state.kind === "stopping") {
      this.#listener.onEnded(live, outcome, false);
      this.#finish(this.#state.cause);
      return;
    }
    const halted = this.#halted === live;
    if (live.shutdownAccepted && !halted) {
      this.#listener.onEnded(live, outcome, false);
      this.#finish({ kind: "shutdown", reason: "a Shutdown request that did not come from this isolator" });
      return;
    }
    const death: Death = { outcome, healthy: this.#listener.isHealthy(live), halted };
    const next = this.#judge(death);
    this.#listener.onEnded(live, outcome, next.kind !== "stop");
    this.#follow(next, live.number);
  }

  #follow(next: Judgement, after: number): void {
    if (this.#wasStopped()) return;
    if (next.kind === "stop") {
      this.#finish(next.cause);
      return;
    }
    const generation = after + 1;
    if (next.kind === "hold") {
      const held: State = { kind: "waiting", generation, timer: undefined };
      this.#move(held);
      void next.decided.then((decision) => {
        if (this.#state === held) this.#follow(decision, after);
      });
      return;
    }
    this.#listener.onRestarting(generation, next.delayMs);
    if (this.#wasStopped()) return;
    // A start that fails (the disk is full) may do so in this very turn: started again in it, nothing else would ever run.
    if (next.delayMs === 0 && this.#state.kind !== "starting") {
      void this.#relaunch(generation);
      return;
    }
    const timer = setTimeout(() => void this.#relaunch(generation), next.delayMs);
    timer.unref();
    this.#move({ kind: "waiting", generation, timer });
  }

  /** Whether a listener has stopped the isolator meanwhile; what is left of that is done then. */
  #wasStopped(): boolean {
    if (this.#state.kind === "stopping") this.#finish(this.#state.cause);
    return this.#state.kind === "stopped";
  }

  #finish(cause: StopCause): void {
    const outcome = this.#lastOutcome && toFinalOutcome(this.#lastOutcome, cause);
    this.#move({ kind: "stopped", cause, outcome });
    this.#listener.onStopped(cause, outcome);
    this.#freeReaper();
    this.#source.close();
    void Promise.all([this.#lastGone, this.#source.gone(), this.#retirement.gone()]).then(() => {
      // Without an outcome no process ever ran, `start` has thrown, and nobody can be waiting.
      if (outcome !== undefined) this.stopped.reach(outcome);
    });
  }

  #move(to: State): void {
    this.#state = move(this.#state, to);
  }
}
