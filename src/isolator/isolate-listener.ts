import type { IsolationError } from "../errors/index.js";
import type { ExitOutcome } from "../process/index.js";
import type { Recorder } from "../recording/index.js";
import {
  describeUnresponsive,
  type Generation,
  isWanted,
  preload,
  type StopCause,
  type SupervisorListener,
} from "../supervision/index.js";
import type { StartReason } from "../telemetry/index.js";
import type { CallTable } from "./call-table.js";
import type { CallTargets } from "./call-targets.js";
import type { EventPublisher } from "./event-publisher.js";
import { exitHost } from "./exit-host.js";
import type { GenerationActivation } from "./generation-activation.js";
import type { GenerationsInCare } from "./generations-in-care.js";
import type { IsolateData } from "./isolate-data.js";
import type { IsolateErrors } from "./isolate-errors.js";
import type { IsolateFacts } from "./isolate-facts.js";
import type { IsolateTelemetry } from "./isolate-telemetry.js";
import { withdrawLive } from "./live-record.js";
import type { ResolvedOptions } from "./options/index.js";
import type { ReadyGate } from "./ready-gate.js";

/** A generation that ran this long, in milliseconds, has proved that it works even if nobody called it. */
const HEALTHY_AFTER_MS = 5_000;

/** What of an isolate its generations bear on. */
export interface IsolateParts {
  /** Tells it from all others of this host, also of its name. */
  readonly isolatorId: number;
  readonly facts: IsolateFacts;
  readonly errors: IsolateErrors;
  readonly events: EventPublisher;
  readonly calls: CallTable;
  readonly telemetry: IsolateTelemetry;
  /** Why its only process is started, where it is one of a pool. */
  readonly startReason: StartReason | undefined;
  readonly targets: CallTargets;
  readonly data: IsolateData;
  readonly activation: GenerationActivation;
  readonly care: GenerationsInCare;
  readonly gate: ReadyGate<Generation>;
  readonly recorder: Recorder | undefined;
  /** Whether somebody has asked for the end of the isolate. */
  readonly isStopping: () => boolean;
}

/** What an isolate does when one of its generations comes or ends, and when no other follows. */
export class IsolateListener implements SupervisorListener {
  readonly #options: ResolvedOptions;
  readonly #parts: IsolateParts;

  constructor(options: ResolvedOptions, parts: IsolateParts) {
    this.#options = options;
    this.#parts = parts;
  }

  activate(live: Generation, signal: AbortSignal): Promise<void> | undefined {
    return this.#parts.activation.begin(live, signal);
  }

  onStarting(generation: number, reason: StartReason): (live: Generation | undefined, error?: unknown) => void {
    return this.#parts.telemetry.start(generation, this.#parts.startReason ?? reason);
  }

  onReady(live: Generation, predecessor: Generation | undefined): void {
    const { facts, care, data, calls, gate, events, isStopping } = this.#parts;
    facts.last = live;
    facts.generation = live.number;
    if (predecessor !== undefined) care.retire(predecessor);
    const observer = care.add(live);
    // What was stored since it was prepared. Calls come after small values on the same lane; for others, `setData` waits.
    void data.tell(live);
    events.ready(live, predecessor);
    if (isStopping()) return;
    gate.open(live);
    // At last: with the calls that have waited this generation may be due for replacement, and its successor be here at once.
    calls.open(live, this.#options.recycle === undefined ? undefined : observer);
  }

  onStartFailed(generation: number, error: IsolationError, willRetry: boolean): void {
    const { events, facts } = this.#parts;
    events.emit("startFailed", { isolate: facts.name, generation, error, willRetry });
  }

  onEnded(live: Generation, outcome: ExitOutcome, willRestart: boolean): void {
    const { care, errors, calls, events, facts } = this.#parts;
    care.remove(live);
    this.#parts.recorder?.exited(live, outcome);
    const requested = this.#parts.isStopping() || isWanted(outcome.reason);
    const { unresponsive, cause } = live.end;
    const why = unresponsive === undefined ? undefined : describeUnresponsive(unresponsive);
    const toError = errors.lost(live, outcome, { requested, why, cause });
    calls.lose(live, willRestart, ({ attempts }) => toError(attempts));
    live.session.close(toError());
    // What follows the death of one of a pool is the pool's to tell.
    if (this.#parts.startReason === undefined) this.#parts.telemetry.death(live, outcome, willRestart);
    events.emit("exited", { ...facts.of(live), outcome, willRestart });
    if (this.#options.onCrash === "exit-host" && !requested) exitHost(outcome);
  }

  onRestarting(generation: number, delayMs: number): void {
    const { facts, events } = this.#parts;
    facts.generation = generation;
    facts.restarts += 1;
    events.emit("restarting", { isolate: facts.name, generation, delayMs, restarts: facts.restarts });
  }

  onStopped(cause: StopCause, outcome: ExitOutcome | undefined): void {
    const { isolatorId, facts, errors, calls, gate, events } = this.#parts;
    const { name: isolate, generation, restarts } = facts;
    if (this.#options.discoverable) withdrawLive(isolate, isolatorId);
    const toError = (): IsolationError => errors.down(cause, outcome);
    calls.rejectWaiting(toError);
    gate.refuse(toError);
    if (cause.kind === "exhausted") events.emit("restartsExhausted", { isolate, generation, restarts, outcome });
  }

  isHealthy(live: Generation): boolean {
    return this.#parts.calls.answered > 0 || performance.now() - live.startedAt > HEALTHY_AFTER_MS;
  }

  async warmUp(spare: Generation): Promise<void> {
    // A module may read them while it is loaded.
    await this.#parts.data.tell(spare);
    if (!spare.capabilities.features.has("preload")) return;
    await preload(spare.session, [...new Set([...this.#options.preload, ...this.#parts.targets.modules()])]);
  }
}
