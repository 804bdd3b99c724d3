import { setTimeout as delay } from "node:timers/promises";
import { type ExitOutcome, stopProcess } from "../process/index.js";
import type { Generation, GenerationSpec } from "./generation.js";
import { askToShutDown, HOST_FIRST_MS } from "./host-requests.js";
import { RestartBudget, type RestartPolicy } from "./restart-policy.js";
import { Retirement } from "./retirement.js";
import { Standby } from "./standby.js";
import { StartFailure } from "./start-failure.js";
import { discardGeneration, startGeneration } from "./start-generation.js";
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
  /** Resolves when no further generation follows and every process is gone, with how the last one ended. */
  readonly stopped: Promise<ExitOutcome>;
  readonly #spec: GenerationSpec;
  readonly #budget: RestartBudget | undefined;
  readonly #listener: SupervisorListener;
  readonly #standby: Standby;
  readonly #retirement: Retirement;
  readonly #resolveStopped: (outcome: ExitOutcome) => void;
  #state: State = { kind: "idle" };
  #serial = 0;
  #lastOutcome: ExitOutcome | undefined;
  #lastGone: Promise<void> | undefined;
  /** Aborted when no further process is wanted. */
  readonly #stopping = new AbortController();
  #successor: Promise<unknown> | undefined;

  constructor(spec: GenerationSpec, options: SupervisorOptions, listener: SupervisorListener) {
    let resolveStopped = (_: ExitOutcome): void => {};
    this.stopped = new Promise((resolve) => {
      resolveStopped = resolve;
    });
    this.#resolveStopped = resolveStopped;
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

  /** Asks the process to end, waits, then forces it. Later calls wait for the first. */
  async shutdown(reason: string, graceMs: number): Promise<ExitOutcome> {
    const live = this.#beginStop({ kind: "shutdown", reason });
    if (live !== undefined) {
      live.endBecause("requested");
      const ask = (): Promise<unknown> => askToShutDown(live.session, reason, graceMs + HOST_FIRST_MS);
      await stopProcess(live.process, { ask, graceMs, onForce: () => live.markForced() });
    }
    return this.stopped;
  }

  /** Kills the process and all it started. A signal other than SIGKILL gets `graceMs` to work. */
  async terminate(signal: NodeJS.Signals, graceMs: number): Promise<ExitOutcome> {
    const stopping = this.#state.kind === "stopping" ? this.#state.live : undefined;
    const live = stopping ?? this.#beginStop({ kind: "terminated" });
    if (live !== undefined) {
      live.endBecause("terminated");
      if (signal === "SIGKILL") await live.process.killTree(signal);
      else {
        const ask = (): Promise<unknown> => live.process.killTree(signal);
        await stopProcess(live.process, { ask, graceMs, onForce: () => live.markForced() });
      }
    }
    return this.stopped;
  }

  /**
   * Replaces the present generation by a fresh one, which takes over before the old one is asked to go.
   *
   * @param drained resolves when a generation has no call left
   */
  async recycle(old: Generation, drained: (generation: Generation) => Promise<void>): Promise<void> {
    const successor = this.#standby.take() ?? (await this.#startSuccessor());
    if (successor === undefined) return;
    if (this.#state.kind !== "ready" || this.#state.live !== old) {
      // The old one crashed, or the isolator stops, while the new one started.
      await discardGeneration(successor);
      return;
    }
    successor.adopt(old.number + 1);
    this.#enter(successor, old);
    this.#retirement.add(old, drained(old));
  }

  /** Moves to `stopping` and returns the live generation that is left to end, if it is this call that stops. */
  #beginStop(cause: StopCause): Generation | undefined {
    const state = this.#state;
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
      const live = await startGeneration(this.#spec, { serial: this.#nextSerial(), number }, abort.signal);
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

  async #startSpare(signal: AbortSignal): Promise<Generation> {
    const spare = await startGeneration(this.#spec, { serial: this.#nextSerial(), number: 0 }, signal);
    const isOver = new AbortController();
    const untilOver = { signal: AbortSignal.any([signal, isOver.signal]), ref: false };
    // A module may wait, while it is loaded, for what the present process holds.
    const late = delay(this.#spec.startTimeoutMs, false, untilOver).catch(() => signal.aborted);
    const ended = spare.outcome.then(() => true);
    const warm = this.#listener.warmUp(spare).then(
      () => false,
      () => false,
    );
    const isUseless = await Promise.race([ended, warm, late]);
    isOver.abort();
    if (isUseless) throw await discardGeneration(spare);
    return spare;
  }

  /** A spare for a recycle; `undefined` when there is none to be had, and the present process simply goes on. */
  #startSuccessor(): Promise<Generation | undefined> {
    const starting = this.#startSpare(this.#stopping.signal).catch(() => undefined);
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
    this.#lastGone = live.process.gone;
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
      this.#startNext(generation);
      return;
    }
    const timer = setTimeout(() => this.#startNext(generation), next.delayMs);
    timer.unref();
    this.#move({ kind: "waiting", generation, timer });
  }

  #startNext(generation: number): void {
    const spare = this.#standby.take();
    if (spare === undefined) {
      void this.#relaunch(generation);
      return;
    }
    this.#move({ kind: "starting", generation, abort: new AbortController() });
    spare.adopt(generation);
    this.#enter(spare, undefined);
  }

  #finish(cause: StopCause): void {
    this.#move({ kind: "stopped", cause, outcome: this.#lastOutcome });
    this.#listener.onStopped(cause, this.#lastOutcome);
    const outcome = this.#lastOutcome;
    this.#stopping.abort();
    void Promise.all([this.#lastGone, this.#successor, this.#standby.stop(), this.#retirement.stop()]).then(() => {
      // Without an outcome no process ever ran, `start` has thrown, and nobody can be waiting.
      if (outcome !== undefined) this.#resolveStopped(outcome);
    });
  }

  #nextSerial(): number {
    this.#serial += 1;
    return this.#serial;
  }

  #move(to: State): void {
    this.#state = move(this.#state, to);
  }
}

type Next =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "stop"; readonly cause: StopCause };
