import type { ExitOutcome } from "../process/index.js";
import { failStart } from "./activate-generation.js";
import { type Judge, judgeByBudget } from "./after-crash.js";
import { discardGeneration, shutDownGeneration, terminateGeneration } from "./end-generation.js";
import type { Generation, GenerationSpec } from "./generation.js";
import { GenerationSource } from "./generation-source.js";
import { Lifecycle } from "./lifecycle.js";
import type { Milestone } from "./milestone.js";
import { RestartBudget, type RestartPolicy } from "./restart-policy.js";
import { Retirement } from "./retirement.js";
import { StartFailure } from "./start-failure.js";
import type { State } from "./state.js";
import type { SupervisorListener } from "./supervisor-listener.js";

/** How a supervisor does its work. */
export interface SupervisorOptions {
  /** When to start again after a crash; absent, a crash is the end. */
  readonly restart: RestartPolicy | undefined;
  /** Decides what follows a death, in the place of `restart`. */
  readonly judge?: Judge | undefined;
  /** How many spare processes are kept ready. */
  readonly standby: number;
  /** What a process that was replaced gets to end once its last call is over, in milliseconds. */
  readonly graceMs: number;
}

/** How a generation is replaced. */
export interface RecycleSteps {
  /** Resolves when a generation has no call left. */
  readonly drained: (generation: Generation) => Promise<void>;
  /** Whether another attempt follows one that fails. */
  readonly willRetry: boolean;
}

/** The generation that was to be replaced had ended, or been replaced, before its successor was ready. */
export class Superseded extends Error {}

/** Keeps one generation alive: starts the next when it crashes, and stops for good when told to or when the budget is spent. */
export class Supervisor {
  readonly #source: GenerationSource;
  readonly #retirement: Retirement;
  readonly #lifecycle: Lifecycle;
  readonly #isolate: string;
  readonly #listener: Pick<SupervisorListener, "onStarting" | "onStartFailed">;
  /** The replacement that is under way: whoever else wants one shares it. */
  #recycling: { readonly old: Generation; readonly successor: Promise<Generation> } | undefined;

  constructor(spec: GenerationSpec, options: SupervisorOptions, listener: SupervisorListener) {
    const budget = options.restart === undefined ? undefined : new RestartBudget(options.restart);
    const judge = options.judge ?? judgeByBudget(budget);
    this.#source = new GenerationSource(spec, options.standby, listener);
    this.#retirement = new Retirement(options.graceMs);
    this.#lifecycle = new Lifecycle(spec.isolate, this.#source, this.#retirement, judge, listener);
    this.#isolate = spec.isolate;
    this.#listener = listener;
  }

  get state(): State {
    return this.#lifecycle.state;
  }

  /** No further generation follows and every process is gone; with how the last one ended. */
  get stopped(): Milestone<ExitOutcome> {
    return this.#lifecycle.stopped;
  }

  /** Starts the first generation. A first start that fails is not tried again. */
  start(abort: AbortController, number = 1): Promise<void> {
    return this.#lifecycle.start(abort, number);
  }

  /** How many processes go on with their last calls while another takes the new ones. */
  get retiring(): number {
    return this.#retirement.size;
  }

  /** Asks every process to end, waits, then forces it. Later calls wait for the first. */
  async shutdown(reason: string, graceMs: number): Promise<ExitOutcome> {
    const live = this.#lifecycle.beginStop({ kind: "shutdown", reason });
    const others = this.#retirement.shutdown(graceMs);
    if (live !== undefined) await shutDownGeneration(live, reason, graceMs);
    await others;
    return this.stopped.wait();
  }

  /**
   * Asks the present process to end, waits, then forces it. That it ended is judged like a death. Resolves when it has;
   * at once when there is none.
   */
  async halt(reason: string, graceMs: number): Promise<void> {
    const live = this.#lifecycle.halt();
    if (live === undefined) return;
    await shutDownGeneration(live, reason, graceMs);
    await live.outcome;
  }

  /** Kills every process and all that they started. A signal other than SIGKILL gives the present one `graceMs` to heed it. */
  async terminate(signal: NodeJS.Signals, graceMs: number): Promise<ExitOutcome> {
    const { state } = this;
    const stopping = state.kind === "stopping" ? state.live : undefined;
    const live = stopping ?? this.#lifecycle.beginStop({ kind: "terminated" });
    const others = this.#retirement.terminate();
    if (live !== undefined) await terminateGeneration(live, signal, graceMs);
    await others;
    return this.stopped.wait();
  }

  /**
   * Replaces the present generation by a fresh one, which takes over before the old one is asked to go.
   *
   * @returns the successor
   * @throws IsolationError when no successor is to be had: the present one goes on; Superseded when that is gone meanwhile
   */
  recycle(old: Generation, { drained, willRetry }: RecycleSteps): Promise<Generation> {
    if (this.#recycling?.old === old) return this.#recycling.successor;
    const successor = this.#replace(old, { drained, willRetry });
    const recycling = { old, successor };
    this.#recycling = recycling;
    const forget = (): void => {
      if (this.#recycling === recycling) this.#recycling = undefined;
    };
    successor.then(forget, forget);
    return successor;
  }

  async #replace(old: Generation, { drained, willRetry }: RecycleSteps): Promise<Generation> {
    const tellStarted = this.#listener.onStarting(old.number + 1, "recycle");
    try {
      const successor = await this.#source.successor(old.number + 1);
      const failure = this.#takeOver(old, successor, drained);
      if (failure !== undefined) throw await failure;
      tellStarted(successor);
      return successor;
    } catch (thrown) {
      tellStarted(undefined, StartFailure.of(thrown).error);
      if (thrown instanceof Superseded) throw thrown;
      const { error } = StartFailure.of(thrown);
      if (!this.#source.isClosed) this.#listener.onStartFailed(old.number + 1, error, willRetry);
      throw error;
    }
  }

  /** All in one turn: whoever hears of the successor may stop both. Returns what else came of it, to be thrown. */
  #takeOver(old: Generation, successor: Generation, drained: RecycleSteps["drained"]): Promise<unknown> | undefined {
    try {
      // The old one may have crashed, or the isolator been stopped, while the new one started.
      if (!this.#lifecycle.replace(old, successor)) return discardGeneration(successor).then(() => new Superseded());
    } catch (error) {
      return failStart(successor, this.#isolate, error);
    }
    this.#retirement.endOnce(drained(old), old);
    return undefined;
  }
}
