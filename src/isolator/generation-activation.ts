import { IsolationError } from "../errors/index.js";
import { timerDelay } from "../platform/index.js";
import { type ExitOutcome, toVerb } from "../process/index.js";
import { onAbort } from "../session/index.js";
import { activateModules, type Generation, type Unresponsive, Watchdog } from "../supervision/index.js";
import { activating } from "./activating.js";
import type { Call, CallOwner } from "./call.js";
import type { CallTable } from "./call-table.js";
import type { CallTargets } from "./call-targets.js";
import { outcomeFacts } from "./down-errors.js";
import type { IsolateExtension } from "./extension.js";
import type { GenerationContext } from "./generation-context.js";
import type { IsolateData } from "./isolate-data.js";
import type { IsolateErrors } from "./isolate-errors.js";
import type { IsolateTelemetry } from "./isolate-telemetry.js";
import { keepAlive } from "./keep-alive.js";
import { ModuleCalls } from "./module-calls.js";
import type { ResolvedOptions } from "./options/index.js";

/** What of an isolate its generations are prepared with. */
export interface ActivationParts {
  readonly errors: IsolateErrors;
  readonly calls: CallTable;
  readonly targets: CallTargets;
  readonly data: IsolateData;
  readonly extension: IsolateExtension | undefined;
  readonly telemetry: IsolateTelemetry;
  /** Of all calls. */
  readonly owner: CallOwner;
}

/** Prepares processes before any call reaches them: data, modules that are to be loaded, `onGeneration`. */
export class GenerationActivation {
  readonly #options: ResolvedOptions;
  readonly #parts: ActivationParts;

  constructor(options: ResolvedOptions, parts: ActivationParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** As `SupervisorListener.activate`. */
  begin(live: Generation, signal: AbortSignal): Promise<void> | undefined {
    const { preload, onGeneration } = this.#options;
    const { extension } = this.#parts;
    const told = this.#parts.data.tell(live);
    const prepared = extension?.prepare(live);
    const loaded = preload.length > 0 ? activateModules(live.session, preload) : undefined;
    if (extension === undefined && onGeneration === undefined && told === undefined && loaded === undefined)
      return undefined;
    return this.#within(live, signal, async (over) => {
      await Promise.all([told, prepared, loaded]);
      if (!over.aborted) await extension?.prepareLoaded?.(live);
      if (onGeneration !== undefined && !over.aborted) await this.#runHook(live, over);
    });
  }

  /** Races the preparation against the death of the process, `startTimeoutMs` and the end of the isolator. */
  async #within(
    live: Generation,
    signal: AbortSignal,
    prepare: (over: AbortSignal) => Promise<unknown> | undefined,
  ): Promise<void> {
    const { name, startTimeoutMs } = this.#options;
    const isInspected = live.inspection !== "off";
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let forget = (): void => {};
    const failure = new Promise<never>((_, reject) => {
      const late = `generation ${live.number} of ${name} was not prepared within startTimeoutMs (${startTimeoutMs} ms)`;
      const giveUp = (): void => reject(new IsolationError("START_TIMEOUT", late));
      // As long as somebody looks at the process with a debugger, it may take its time.
      if (!isInspected) timer = setTimeout(giveUp, timerDelay(remainingMs(live, startTimeoutMs))).unref();
      const cancel = (): void => reject(new IsolationError("CANCELLED", "the start was cancelled"));
      if (signal.aborted) cancel();
      else forget = onAbort(signal, cancel);
    });
    const watchdog = isInspected ? undefined : this.#watch(live);
    const died = live.outcome.then((outcome) => Promise.reject(diedError(name, live, outcome)));
    for (const each of [failure, died]) each.catch(() => {});
    try {
      const prepared = Promise.resolve(prepare(over.signal));
      // What the process itself did not live to answer, its end explains.
      await Promise.race([prepared.catch((error: unknown) => preferEnd(live, died, error)), failure, died]);
    } catch (error) {
      over.abort(error);
      this.#parts.calls.lose(live, false, () => this.#lost(name, live));
      throw error;
    } finally {
      clearTimeout(timer);
      forget();
      watchdog?.stop();
    }
  }

  /** A process that does not answer is not waited for as long as a start may take, where there is a shorter bound. */
  #watch(live: Generation): Watchdog | undefined {
    const { unresponsiveAfterMs } = this.#options;
    if (unresponsiveAfterMs === undefined) return undefined;
    const onUnresponsive = (seen: Unresponsive): void => {
      live.end.because("unresponsive", { unresponsive: seen });
      void live.process.killTree("SIGKILL");
    };
    return new Watchdog(live, { unresponsiveAfterMs, isBusy: () => false, onUnresponsive });
  }

  async #runHook(live: Generation, signal: AbortSignal): Promise<void> {
    const { name, onGeneration, callTimeoutMs } = this.#options;
    const { owner, targets, calls } = this.#parts;
    calls.prepare(live);
    const submit = (call: Call): void => this.submit(live, call);
    const own = new ModuleCalls(
      { targets, submit, settled: (call) => owner.settled(call), ended: (call) => owner.ended(call) },
      callTimeoutMs,
    );
    const context: GenerationContext = {
      isolate: name,
      generation: live.number,
      pid: live.pid,
      signal,
      load: (module, options) => own.load(module, options),
      invoke: (module, method, args = [], options) =>
        own.invoke(module, method, args, options, context.invoke) as Promise<never>,
    };
    const hook = activating({ owner, live, isOver: false }, () => onGeneration?.(undefined, Object.freeze(context)));
    try {
      // Not for longer than the start is waited for: the function may never end.
      await keepAlive.during(Promise.race([hook, givenUp(signal)]));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `onGeneration of ${name} failed for generation ${live.number}: ${why}`;
      throw new IsolationError("START_FAILED", message, { cause: error });
    }
  }

  /** Hands a call to this generation and no other: it will settle. */
  submit(live: Generation, call: Call): void {
    keepAlive.acquire();
    if (this.#parts.telemetry.hearsCalls && this.#parts.extension?.member === undefined)
      call.observe(this.#parts.telemetry);
    if (call.isAborted) call.cancel();
    else if (!this.#parts.calls.submitTo(live, call)) {
      void live.outcome.then((outcome) => call.fail(this.#parts.errors.lost(live, outcome, { requested: false })()));
    }
  }

  #lost(name: string, live: Generation): IsolationError {
    const message = `generation ${live.number} of ${name} was given up while it was being prepared`;
    return new IsolationError("START_FAILED", message, { facts: { isolate: name, generation: live.number } });
  }
}

/** Whatever is thrown because a process is gone, its end says more. */
async function preferEnd(live: Generation, died: Promise<never>, error: unknown): Promise<never> {
  if (live.isOver) await died;
  throw error;
}

/** Rejects when the signal is aborted. */
function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => onAbort(signal, () => reject(signal.reason)));
}

/** A process that was started for this generation has spent some of its time; a spare takes over as if started now. */
function remainingMs(live: Generation, startTimeoutMs: number): number {
  return live.wasSpare ? startTimeoutMs : Math.max(1, live.startedAt + startTimeoutMs - performance.now());
}

function diedError(name: string, live: Generation, outcome: ExitOutcome): IsolationError {
  const { stderrTail } = outcome;
  const tail = stderrTail === "" ? "" : `; its last output on stderr was:\n${stderrTail}`;
  const message = `${name} ${toVerb(outcome)} while generation ${live.number} was being prepared${tail}`;
  return new IsolationError("START_FAILED", message, {
    facts: { isolate: name, generation: live.number, pid: live.pid, ...outcomeFacts(outcome) },
  });
}
