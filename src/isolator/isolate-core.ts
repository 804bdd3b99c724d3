import { EventEmitter } from "node:events";
import type { IsolationError, IsolationFacts } from "../errors/index.js";
import { type LimitPlan, planLimits } from "../limits/index.js";
import type { ExitOutcome } from "../process/index.js";
import type { Session } from "../session/index.js";
import {
  describeUnresponsive,
  type Generation,
  isWanted,
  type Milestone,
  preload,
  RequestLost,
  type StopCause,
  Supervisor,
  sendData,
  type Unresponsive,
} from "../supervision/index.js";
import type { Call, CallOwner } from "./call.js";
import { CallTable } from "./call-table.js";
import { CallTargets } from "./call-targets.js";
import { downError, lostCallError, outcomeFacts } from "./down-errors.js";
import type { GenerationFacts, IsolatorEvents } from "./events.js";
import { exitHost } from "./exit-host.js";
import { GenerationCare } from "./generation-care.js";
import { toGenerationSpec } from "./generation-spec.js";
import type { IsolatorState } from "./host-status.js";
import { keepAlive } from "./keep-alive.js";
import { withdrawLive } from "./live-record.js";
import { logEvents } from "./log-events.js";
import { type ResolvedOptions, toRestartPolicy } from "./options/index.js";
import { ReadyGate } from "./ready-gate.js";

/** A generation that ran this long, in milliseconds, has proved that it works even if nobody called it. */
const HEALTHY_AFTER_MS = 5_000;

/** How many generations a request of the framework itself may meet before it gives up. */
const REQUEST_ATTEMPTS = 3;

/** Joins supervisor, calls, data and events of one isolate. `ProcessIsolator` is its public face. */
export class IsolateCore implements CallOwner {
  readonly events = new EventEmitter<IsolatorEvents>();
  readonly targets = new CallTargets();
  readonly data = new Map<string, unknown>();
  /** The present generation, or the last one while there is none. */
  last: Generation | undefined;
  generation = 1;
  restarts = 0;
  /** What enforces which limit. */
  readonly limits: LimitPlan;
  readonly #options: ResolvedOptions;
  readonly #calls: CallTable;
  readonly #supervisor: Supervisor;
  /** Told before the process is ready, and so before anybody can listen. */
  readonly #debuggerUrls = new Map<number, string>();
  /** Of each process that takes calls, or has taken them and lives. */
  readonly #care = new Map<Generation, GenerationCare>();
  readonly #gate = new ReadyGate();

  constructor(isolatorId: number, options: ResolvedOptions) {
    this.#options = options;
    this.limits = planLimits(options.limits);
    logEvents(this.events, options.logLevel);
    this.#calls = new CallTable(options.maxInFlight, options.maxQueue);
    const { standby, graceMs, name: isolate } = options;
    const restart = toRestartPolicy(options.onCrash, options.restart);
    this.#supervisor = new Supervisor(
      toGenerationSpec(isolatorId, options, this.limits, {
        onLine: (generation, pid, stream, line) => this.#emit(stream, { isolate, generation, pid, ...line }),
        hasListener: (stream) => this.events.listenerCount(stream) > 0,
        onLimit: (generation, pid, breach) => this.#onLimit({ isolate, generation, pid, ...breach }),
        onDebugger: (pid, url) => this.#debuggerUrls.set(pid, url),
        onDrain: () => this.#calls.drained(),
      }),
      { restart, standby, graceMs },
      {
        onReady: (live, predecessor) => this.#onReady(live, predecessor),
        onStartFailed: (generation, error, willRetry) =>
          this.#emit("startFailed", { isolate, generation, error, willRetry }),
        onEnded: (live, outcome, willRestart) => this.#onEnded(live, outcome, willRestart),
        onRestarting: (generation, delayMs) => this.#onRestarting(generation, delayMs),
        onStopped: (cause, outcome) => this.#onStopped(cause, outcome),
        isHealthy: (live) => this.#calls.answered > 0 || performance.now() - live.startedAt > HEALTHY_AFTER_MS,
        warmUp: async ({ session }) => void (await preload(session, this.targets.modules())),
      },
    );
  }

  get state(): IsolatorState {
    const { kind } = this.#supervisor.state;
    if (kind === "idle" || kind === "starting") return this.generation === 1 ? "starting" : "restarting";
    return kind === "waiting" ? "restarting" : kind;
  }

  /** Resolves when no further generation follows. */
  get stopped(): Milestone<ExitOutcome> {
    return this.#supervisor.stopped;
  }

  start(abort: AbortController): Promise<void> {
    return keepAlive.during(this.#supervisor.start(abort));
  }

  /** Takes a call over: it will settle. */
  submit(call: Call): void {
    keepAlive.acquire();
    const down = this.#down();
    if (call.isAborted) call.cancel();
    else if (down === undefined) this.#calls.submit(call);
    else call.fail(down);
  }

  /** To be called when a call has settled. */
  settled(call: Call): void {
    keepAlive.release();
    this.#calls.settled(call);
  }

  /** To be called when a call that was given up while it ran has ended. */
  ended(call: Call): void {
    this.#calls.ended(call);
  }

  /** Sends a request that may be sent again, to the generation that is or will be ready. */
  request<T>(send: (session: Session) => Promise<T>): Promise<T> {
    return keepAlive.during(this.#request(send, REQUEST_ATTEMPTS));
  }

  shutdown(reason: string, graceMs: number): Promise<ExitOutcome> {
    this.#refuseCalls({ kind: "shutdown", reason });
    return keepAlive.during(this.#supervisor.shutdown(reason, graceMs));
  }

  terminate(signal: NodeJS.Signals, graceMs: number): Promise<ExitOutcome> {
    this.#refuseCalls({ kind: "terminated" });
    return keepAlive.during(this.#supervisor.terminate(signal, graceMs));
  }

  async #request<T>(send: (session: Session) => Promise<T>, attempts: number): Promise<T> {
    const live = await this.#ready();
    try {
      return await send(live.session);
    } catch (error) {
      if (!(error instanceof RequestLost)) throw error;
      if (attempts > 1) return this.#request(send, attempts - 1);
      const outcome = await live.outcome;
      throw lostCallError(outcome, this.#errorFacts(live, outcome), { requested: false });
    }
  }

  /** A listener that throws is an uncaught error of the host, as ever; supervision does not depend on it. */
  #emit<Name extends keyof IsolatorEvents>(name: Name, event: IsolatorEvents[Name][0]): void {
    try {
      (this.events as EventEmitter).emit(name, event);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  #ready(): Promise<Generation> {
    const { state } = this.#supervisor;
    if (state.kind === "ready") return Promise.resolve(state.live);
    const down = this.#down();
    return down === undefined ? this.#gate.wait() : Promise.reject(down);
  }

  #onReady(live: Generation, predecessor: Generation | undefined): void {
    this.last = live;
    this.generation = live.number;
    if (predecessor !== undefined) this.#care.get(predecessor)?.retire();
    const care = this.#lookAfter(live);
    // A spare may have been prepared before the latest data was set; calls come after these on the same lane.
    for (const [name, value] of this.data) void sendData(live.session, name, value).catch(() => {});
    this.#calls.open(live, this.#options.recycle === undefined ? undefined : care);
    this.#gate.open(live);
    const facts = this.#generationFacts(live);
    if (predecessor !== undefined) this.#emit("recycled", { ...facts, predecessor: predecessor.pid });
    // Whoever awaits `create` can listen before the first event comes.
    else if (live.number === 1) setImmediate(() => this.#emit("started", facts));
    else this.#emit("restarted", { ...facts, restarts: this.restarts });
    const url = this.#debuggerUrls.get(live.pid);
    if (url !== undefined) setImmediate(() => this.#emit("debugger", { ...facts, url }));
    this.#debuggerUrls.delete(live.pid);
  }

  #lookAfter(live: Generation): GenerationCare {
    const { unresponsiveAfterMs, recycle = {}, debug } = this.#options;
    const isThrottled = this.limits.enforcement.cpu?.mechanism === "watch";
    const care = new GenerationCare(
      live,
      { unresponsiveAfterMs, recycle, debug, isThrottled },
      {
        isAwaited: () => this.#calls.isAwaited(live),
        isBusy: () => this.#calls.isBusy(live),
        onUnresponsive: (seen) => this.#onUnresponsive(live, seen),
        recycle: () => this.#supervisor.recycle(live, this.#drained),
      },
    );
    this.#care.set(live, care);
    return care;
  }

  /** A soft memory limit means a fresh process, before the hard one means a dead one. */
  #onLimit(event: IsolatorEvents["limit"][0]): void {
    this.#emit("limit", event);
    const { state } = this.#supervisor;
    if (event.limit !== "memory.soft" || state.kind !== "ready" || state.live.pid !== event.pid) return;
    this.#care.get(state.live)?.recycle();
  }

  /** Resolves when nobody waits for a generation any more. */
  readonly #drained = async (old: Generation): Promise<void> => {
    await this.#calls.whenDrained(old);
    await old.session.streamsRead();
  };

  #onUnresponsive(live: Generation, seen: Unresponsive): void {
    live.end.because("unresponsive", { unresponsive: seen });
    const { diagnosis, forMs } = seen;
    this.#emit("unresponsive", { ...this.#generationFacts(live), diagnosis, forMs });
    void live.process.killTree("SIGKILL");
  }

  #onEnded(live: Generation, outcome: ExitOutcome, willRestart: boolean): void {
    this.#care.get(live)?.stop();
    this.#care.delete(live);
    const requested = this.#supervisor.state.kind === "stopping" || isWanted(outcome.reason);
    const facts = this.#errorFacts(live, outcome);
    const { unresponsive, cause } = live.end;
    const why = unresponsive === undefined ? undefined : describeUnresponsive(unresponsive);
    const toError = (attempts?: number): IsolationError =>
      lostCallError(outcome, attempts === undefined ? facts : { ...facts, attempts }, {
        requested,
        why,
        cause,
      });
    this.#calls.lose(live, willRestart, ({ attempts }) => toError(attempts));
    live.session.close(toError());
    this.#emit("exited", { ...this.#generationFacts(live), outcome, willRestart });
    if (this.#options.onCrash === "exit-host" && !requested) exitHost(outcome);
  }

  #onRestarting(generation: number, delayMs: number): void {
    this.generation = generation;
    this.restarts += 1;
    this.#emit("restarting", { isolate: this.#options.name, generation, delayMs, restarts: this.restarts });
  }

  #onStopped(cause: StopCause, outcome: ExitOutcome | undefined): void {
    if (this.#options.discoverable) withdrawLive(this.#options.name);
    const toError = (): IsolationError => this.#downError(cause, outcome);
    this.#calls.rejectWaiting(toError);
    this.#gate.refuse(toError);
    if (cause.kind === "exhausted") {
      const { generation, restarts } = this;
      this.#emit("restartsExhausted", { isolate: this.#options.name, generation, restarts, outcome });
    }
  }

  /** From the first moment of a stop on, what waits is settled and nothing new starts. */
  #refuseCalls(cause: StopCause): void {
    this.#calls.close();
    this.#calls.rejectWaiting(() => this.#downError(cause, undefined));
  }

  /** Why no call can be taken, if none can. */
  #down(): IsolationError | undefined {
    const { state } = this.#supervisor;
    if (state.kind === "stopping") return this.#downError(state.cause, undefined);
    return state.kind === "stopped" ? this.#downError(state.cause, state.outcome) : undefined;
  }

  #downError(cause: StopCause, outcome: ExitOutcome | undefined): IsolationError {
    return downError(cause, outcome, this.#errorFacts(this.last, outcome), this.#options.restart);
  }

  #generationFacts({ number, pid }: Generation): GenerationFacts {
    return { isolate: this.#options.name, generation: number, pid };
  }

  #errorFacts(live: Generation | undefined, outcome: ExitOutcome | undefined): IsolationFacts {
    return {
      isolate: this.#options.name,
      restarts: this.restarts,
      ...(live === undefined ? {} : { generation: live.number, pid: live.pid }),
      ...(outcome === undefined ? {} : outcomeFacts(outcome)),
    };
  }
}
