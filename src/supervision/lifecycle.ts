import { hostReaper } from "../platform/index.js";
import type { ExitOutcome } from "../process/index.js";
import { failStart } from "./activate-generation.js";
import { type AfterCrash, afterCrash } from "./after-crash.js";
import { discardGeneration } from "./end-generation.js";
import { toFinalOutcome } from "./final-outcome.js";
import type { Generation } from "./generation.js";
import type { GenerationSource } from "./generation-source.js";
import { Milestone } from "./milestone.js";
import type { RestartBudget } from "./restart-policy.js";
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
  readonly #budget: RestartBudget | undefined;
  readonly #listener: SupervisorListener;
  #state: State = { kind: "idle" };
  #lastOutcome: ExitOutcome | undefined;
  #lastGone: Promise<void> | undefined;
  #freeReaper = (): void => {};

  /**
   * @param isolate the isolate's name
   * @param budget for starts after a crash; absent, a crash is the end
   */
  constructor(
    isolate: string,
    source: GenerationSource,
    retirement: Retirement,
    budget: RestartBudget | undefined,
    listener: SupervisorListener,
  ) {
    this.#isolate = isolate;
    this.#source = source;
    this.#retirement = retirement;
    this.#budget = budget;
    this.#listener = listener;
  }

  get state(): State {
    return this.#state;
  }

  /** Starts the first generation. A first start that fails is not tried again. */
  async start(abort: AbortController): Promise<void> {
    this.#freeReaper = hostReaper().hold("isolator");
    const failure = await this.#launch(1, abort);
    if (failure === undefined) return;
    this.#listener.onStartFailed(1, failure.error, false);
    this.#finish(this.#state.kind === "stopping" ? this.#state.cause : { kind: "crashed" });
    throw failure.error;
  }

  /**
   * Another generation takes over from the present one.
   *
   * @returns false when the present one is another by now, or none
   * @throws what keeps the successor from being found; the present one goes on then
   */
  replace(old: Generation, successor: Generation): boolean {
    if (this.#state.kind !== "ready" || this.#state.live !== old) return false;
    successor.publish();
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

  /** Resolves with the failure, if the generation did not become ready. Never rejects. */
  async #launch(number: number, abort = new AbortController()): Promise<StartFailure | undefined> {
    this.#move({ kind: "starting", generation: number, abort });
    try {
      const live = await this.#source.next(number, abort.signal);
      // Stopped in the very moment in which it became ready.
      if (this.#state.kind !== "starting") throw await discardGeneration(live);
      try {
        live.publish();
      } catch (error) {
        throw await failStart(live, this.#isolate, error);
      }
      this.#enter(live, undefined);
      return undefined;
    } catch (error) {
      const failure = StartFailure.of(error);
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
    const again = afterCrash(this.#budget, false);
    this.#listener.onStartFailed(number, failure.error, again.kind === "restart");
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
    if (live.shutdownAccepted) {
      this.#listener.onEnded(live, outcome, false);
      this.#finish({ kind: "shutdown", reason: "a Shutdown request that did not come from this isolator" });
      return;
    }
    const next = afterCrash(this.#budget, this.#listener.isHealthy(live));
    this.#listener.onEnded(live, outcome, next.kind === "restart");
    this.#follow(next, live.number);
  }

  #follow(next: AfterCrash, after: number): void {
    // A listener may have stopped the isolator meanwhile.
    if (this.#state.kind === "stopping") {
      this.#finish(this.#state.cause);
      return;
    }
    if (next.kind === "stop") {
      this.#finish(next.cause);
      return;
    }
    const generation = after + 1;
    this.#listener.onRestarting(generation, next.delayMs);
    // A start that fails (the disk is full) may do so in this very turn: started again in it, nothing else would ever run.
    if (next.delayMs === 0 && this.#state.kind !== "starting") {
      void this.#relaunch(generation);
      return;
    }
    const timer = setTimeout(() => void this.#relaunch(generation), next.delayMs);
    timer.unref();
    this.#move({ kind: "waiting", generation, timer });
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
