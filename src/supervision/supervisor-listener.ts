import type { IsolationError } from "../errors/index.js";
import type { ExitOutcome } from "../process/index.js";
import type { StartReason } from "../telemetry/index.js";
import type { Generation } from "./generation.js";
import type { StopCause } from "./state.js";

/** What the supervisor tells its owner. Nothing here may throw. */
export interface SupervisorListener {
  /** A process is to be started, or a spare to take over. The result is to be told of what came of it, once. */
  onStarting(generation: number, reason: StartReason): (live: Generation | undefined, error?: unknown) => void;
  /** A generation is ready for calls; `predecessor` is the one that it replaces while that still finishes its own. */
  onReady(live: Generation, predecessor: Generation | undefined): void;
  /** A start failed; `willRetry` says whether another follows. */
  onStartFailed(generation: number, error: IsolationError, willRetry: boolean): void;
  /** A generation that had been ready ended; `willRestart` says whether another follows. Comes before `onStopped`. */
  onEnded(live: Generation, outcome: ExitOutcome, willRestart: boolean): void;
  /** The next generation starts after the delay. */
  onRestarting(generation: number, delayMs: number): void;
  /** No further generation follows. Called once. */
  onStopped(cause: StopCause, outcome: ExitOutcome | undefined): void;
  /** Whether a generation had proved that it works, so that the restart needs no back-off. */
  isHealthy(live: Generation): boolean;
  /**
   * Prepares a process for its calls as the generation of its number, before any of them reaches it; `undefined` when
   * nothing has to be awaited for that. Rejects when the generation cannot be: the process is ended then.
   *
   * @param signal aborted when the generation is not wanted any more; it rejects then, too
   */
  activate(live: Generation, signal: AbortSignal): Promise<void> | undefined;
  /** Brings a spare to where the present generation is, as far as that can be done before it takes over. */
  warmUp(spare: Generation): Promise<void>;
}
