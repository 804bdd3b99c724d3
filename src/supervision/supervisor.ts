import { type ExitOutcome, endedBetweenProcesses, stopProcess } from "../process/index.js";
import { discardGeneration } from "./end-generation.js";
import { isWanted } from "./end-record.js";
import type { Generation, GenerationSpec } from "./generation.js";
import { askToShutDown, HOST_FIRST_MS } from "./host-requests.js";
import { Milestone } from "./milestone.js";
import { RestartBudget, type RestartPolicy } from "./restart-policy.js";
import { Retirement } from "./retirement.js";
import { Standby } from "./standby.js";
import { StartFailure } from "./start-failure.js";
import { startGeneration } from "./start-generation.js";
import { startSpare } from "./start-spare.js";
import { move, type State, type StopCause } from "./state.js";
import type { SupervisorListener } from "./supervisor-listener.js";

/** How a supervisor does its work. */
export interface SupervisorOptions {
  /** When to start again after a crash; absent, a crash is the end. */
  readonly restart: RestartPolicy | undefined;
  /** How many spare processes are kept ready. */
  readonly standby: number;
  /** What a process that was replaced gets to end once its last call is over, in milliseconds. */
  readonly graceMs: number;
}

/** Keeps one generation alive: starts the next when it crashes, and stops for good when told to or when the budget is spent. */
export class Supervisor {
  /** No further generation follows and every process is gone; with how the last one ended. */
  readonly stopped = new Milestone<ExitOutcome>();
  readonly #spec: GenerationSpec;
  readonly #budget: RestartBudget | undefined;
  readonly #listener: SupervisorListener;
  readonly #standby: Standby;
  readonly #retirement: Retirement;
  #state: State = { kind: "idle" };
  #serial = 0;
  #lastOutcome: ExitOutcome | undefined;
  #lastGone: Promise<void> | undefined;
  /** Aborted when no further process is wanted. */
  readonly #stopping = new AbortController();
  #successor: Promise<unknown> | undefined;
  #spares: Promise<void> | undefined;

  constructor(spec: GenerationSpec, options: SupervisorOptions, listener: SupervisorListener) {
    this.#spec = spec;
    this.#budget = options.restart === undefined ? undefined : new RestartBudget(options.restart);
    this.#listener = listener;
    this.#retirement = new Retirement(options.graceMs);
    this.#standby = new Standby(options.standby, (signal) => this.#startSpare(signal));
  }

  get state(): State {
    return this.#state;
  }

  /** Starts the first generation. A first start that fails is not tried again. */
  async start(abort: AbortController): Promise<void> {
    const failure = await this.#launch(1, abort);
    if (failure === undefined) return;
    this.#listener.onStartFailed(1, failure.error, false);
    this.#finish(this.#state.kind === "stopping" ? this.#state.cause : { kind: "crashed" });
    throw failure.error;
  }

  /** Asks every process to end, waits, then forces it. Later calls wait for the first. */
  async shutdown(reason: string, graceMs: number): Promise<ExitOutcome> {
    const live = this.#beginStop({ kind: "shutdown", reason });
    const others = this.#retirement.shutdown(graceMs);
    if (live !== undefined) {
      live.end.because("requested");
      const ask = (): Promise<unknown> => askToShutDown(live.session, reason, graceMs + HOST_FIRST_MS);
      await stopProcess(live.process, { ask, graceMs, onForce: () => live.end.markForced() });
    }
    await others;
    return this.stopped.wait();
  }

  /** Kills every process and all that they started. A signal other than SIGKILL gives the present one `graceMs` to heed it. */
  async terminate(signal: NodeJS.Signals, graceMs: number): Promise<ExitOutcome> {
    const stopping = this.#state.kind === "stopping" ? this.#state.live : undefined;
    const live = stopping ?? this.#beginStop({ kind: "terminated" });
    const others = this.#retirement.terminate();
    if (live !== undefined) {
      live.end.because("terminated");
      if (signal === "SIGKILL") await live.process.killTree(signal);
      else {
        const ask = (): Promise<unknown> => live.process.killTree(signal);
        await stopProcess(live.process, { ask, graceMs, onForce: () => live.end.markForced() });
      }
    }
    await others;
    return this.stopped.wait();
  }

  /**
   * Replaces the present generation by a fresh one, which takes over before the old one is asked to go.
   *
   * @param drained resolves when a generation has no call left
   * @returns false when no successor is to be had: the present one goes on
   */
  async recycle(old: Generation, drained: (generation: Generation) => Promise<void>): Promise<boolean> {
    const successor = this.#standby.take() ?? (await this.#startSuccessor(old.number + 1));
    if (successor === undefined) return false;
    // The old one may have crashed, or the isolator been stopped, while the new one started.
    if (this.#state.kind !== "ready" || this.#state.live !== old || !tryToAdopt(successor, old.number + 1)) {
      await discardGeneration(successor);
      return false;
    }
    this.#enter(successor, old);
    this.#retirement.add(old, drained(old));
    return true;
  }

  /** Moves to `stopping` and returns the live generation that is left to end, if it is this call that stops. */
  #beginStop(cause: StopCause): Generation | undefined {
    const state = this.#state;
    if (state.kind !== "idle") this.#abandonSpares();
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
    const spare = this.#standby.take();
    try {
      if (spare !== undefined && !tryToAdopt(spare, number)) throw await discardGeneration(spare);
      const live = spare ?? (await startGeneration(this.#spec, { serial: this.#nextSerial(), number }, abort.signal));
      // Stopped in the very moment in which it became ready.
      if (this.#state.kind !== "starting") throw await discardGeneration(live);
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
    this.#listener.onReady(live, predecessor);
    void live.outcome.then((outcome) => this.#onEnded(live, outcome));
    this.#standby.fillSoon();
  }

  #startSpare(signal: AbortSignal): Promise<Generation> {
    return startSpare(this.#spec, this.#nextSerial(), (spare) => this.#listener.warmUp(spare), signal);
  }

  /** A spare for a recycle; `undefined` when there is none to be had. */
  #startSuccessor(number: number): Promise<Generation | undefined> {
    const { signal } = this.#stopping;
    const starting = this.#startSpare(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#listener.onStartFailed(number, StartFailure.of(error).error, true);
      return undefined;
    });
    this.#successor = starting;
    return starting;
  }

  async #relaunch(number: number): Promise<void> {
    const failure = await this.#launch(number);
    if (failure === undefined) return;
    if (this.#state.kind === "stopping") {
      this.#finish(this.#state.cause);
      return;
    }
    const again = this.#decide(false);
    this.#listener.onStartFailed(number, failure.error, again.kind === "restart");
    this.#follow(again, number);
  }

  #onEnded(live: Generation, outcome: ExitOutcome): void {
    if (this.#retirement.has(live)) {
      this.#listener.onEnded(live, outcome, true);
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
    const next = this.#decide(this.#listener.isHealthy(live));
    this.#listener.onEnded(live, outcome, next.kind === "restart");
    this.#follow(next, live.number);
  }

  #decide(healthy: boolean): Next {
    if (this.#budget === undefined) return { kind: "stop", cause: { kind: "crashed" } };
    const decision = this.#budget.spend(performance.now(), healthy);
    return decision.kind === "restart" ? decision : { kind: "stop", cause: { kind: "exhausted" } };
  }

  #follow(next: Next, after: number): void {
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
    this.#abandonSpares();
    void Promise.all([this.#lastGone, this.#successor, this.#spares, this.#retirement.gone()]).then(() => {
      // Without an outcome no process ever ran, `start` has thrown, and nobody can be waiting.
      if (outcome !== undefined) this.stopped.reach(outcome);
    });
  }

  /** No further process is wanted: those that wait or start in vain end now. */
  #abandonSpares(): void {
    this.#stopping.abort();
    this.#spares ??= this.#standby.stop();
  }

  #nextSerial(): number {
    this.#serial += 1;
    return this.#serial;
  }

  #move(to: State): void {
    this.#state = move(this.#state, to);
  }
}

/** A spare takes over; false when it cannot be published as what it then is. */
function tryToAdopt(spare: Generation, number: number): boolean {
  try {
    spare.adopt(number);
    return true;
  } catch {
    return false;
  }
}

/** How the isolator ended: as its last process did, unless somebody ended it when that was gone already. */
function toFinalOutcome(outcome: ExitOutcome, { kind }: StopCause): ExitOutcome {
  const wanted = kind === "shutdown" ? "requested" : "terminated";
  if (kind === "crashed" || kind === "exhausted" || isWanted(outcome.reason)) return outcome;
  return endedBetweenProcesses(outcome, wanted);
}

type Next =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "stop"; readonly cause: StopCause };
