import type { ExitOutcome } from "../process/index.js";
import { discardGeneration, shutDownGeneration, terminateGeneration } from "./end-generation.js";
import type { Generation, GenerationSpec } from "./generation.js";
import { GenerationSource } from "./generation-source.js";
import { Lifecycle } from "./lifecycle.js";
import type { Milestone } from "./milestone.js";
import { RestartBudget, type RestartPolicy } from "./restart-policy.js";
import { Retirement } from "./retirement.js";
import type { State } from "./state.js";
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
  readonly #source: GenerationSource;
  readonly #retirement: Retirement;
  readonly #lifecycle: Lifecycle;

  constructor(spec: GenerationSpec, options: SupervisorOptions, listener: SupervisorListener) {
    const budget = options.restart === undefined ? undefined : new RestartBudget(options.restart);
    this.#source = new GenerationSource(spec, options.standby, listener);
    this.#retirement = new Retirement(options.graceMs);
    this.#lifecycle = new Lifecycle(this.#source, this.#retirement, budget, listener);
  }

  get state(): State {
    return this.#lifecycle.state;
  }

  /** No further generation follows and every process is gone; with how the last one ended. */
  get stopped(): Milestone<ExitOutcome> {
    return this.#lifecycle.stopped;
  }

  /** Starts the first generation. A first start that fails is not tried again. */
  start(abort: AbortController): Promise<void> {
    return this.#lifecycle.start(abort);
  }

  /** Asks every process to end, waits, then forces it. Later calls wait for the first. */
  async shutdown(reason: string, graceMs: number): Promise<ExitOutcome> {
    const live = this.#lifecycle.beginStop({ kind: "shutdown", reason });
    const others = this.#retirement.shutdown(graceMs);
    if (live !== undefined) await shutDownGeneration(live, reason, graceMs);
    await others;
    return this.stopped.wait();
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
   * @param drained resolves when a generation has no call left
   * @returns false when no successor is to be had: the present one goes on
   */
  async recycle(old: Generation, drained: (generation: Generation) => Promise<void>): Promise<boolean> {
    const successor = this.#source.takeSpare() ?? (await this.#source.startSuccessor(old.number + 1));
    if (successor === undefined) return false;
    // The old one may have crashed, or the isolator been stopped, while the new one started.
    if (!this.#lifecycle.replace(old, successor)) {
      await discardGeneration(successor);
      return false;
    }
    this.#retirement.add(old, drained(old));
    return true;
  }
}
