import { type HostStatusMessage, toDuration } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { type LimitPlan, planLimits } from "../limits/index.js";
import type { ExitOutcome } from "../process/index.js";
import { quiet } from "../session/index.js";
import {
  type Generation,
  isWanted,
  type Milestone,
  requestStatus,
  type StopCause,
  Superseded,
  Supervisor,
  type Unresponsive,
} from "../supervision/index.js";
import type { IsolateReading } from "../telemetry/index.js";
import { activatingNow } from "./activating.js";
import type { Call, CallOwner } from "./call.js";
import { type CallsMeasured, CallTable } from "./call-table.js";
import { CallTargets } from "./call-targets.js";
import { checkStatus } from "./check-status.js";
import { EventPublisher } from "./event-publisher.js";
import type { GenerationFacts, IsolatorEventSource, IsolatorEvents } from "./events.js";
import type { IsolateExtension } from "./extension.js";
import { FrameworkRequests, type SendRequest } from "./framework-requests.js";
import { GenerationActivation } from "./generation-activation.js";
import { toGenerationSpec } from "./generation-spec.js";
import { GenerationsInCare } from "./generations-in-care.js";
import type { IsolatorState } from "./host-status.js";
import { IsolateData } from "./isolate-data.js";
import { IsolateErrors } from "./isolate-errors.js";
import { IsolateFacts } from "./isolate-facts.js";
import { IsolateGauge } from "./isolate-gauge.js";
import { IsolateListener } from "./isolate-listener.js";
import { IsolateTelemetry } from "./isolate-telemetry.js";
import { keepAlive } from "./keep-alive.js";
import { openRecorder } from "./open-recorder.js";
import { type ResolvedOptions, toRestartPolicy } from "./options/index.js";
import { Outputs } from "./outputs.js";
import { ReadyGate } from "./ready-gate.js";
import { toTheEnd } from "./reaper-end.js";

/** Processes that go on with their last calls while no other is replaced because it is due. */
const MOST_RETIRING = 8;

/** A process that took over from one that worked. */
export type RecycleFacts = GenerationFacts & {
  /** The pid of the process that it replaces. */
  readonly predecessor: number;
};

/** Joins supervisor, calls, data and events of one isolate. `ProcessIsolator` is its public face. */
export class IsolateCore implements CallOwner {
  readonly facts: IsolateFacts;
  readonly targets = new CallTargets();
  readonly data: IsolateData;
  /** What enforces which limit. */
  readonly limits: LimitPlan;
  readonly telemetry: IsolateTelemetry;
  /** What can be read of it while it runs. */
  readonly gauge: IsolateGauge;
  /** One of a pool tells the pool's, which hears of calls before this does. */
  readonly #isMember: boolean;
  readonly #errors: IsolateErrors;
  readonly #events: EventPublisher;
  readonly #calls: CallTable;
  readonly #activation: GenerationActivation;
  readonly #care: GenerationsInCare;
  readonly #requests: FrameworkRequests;
  readonly #supervisor: Supervisor;
  /** What is its own to close. */
  readonly #outputs: Outputs | undefined;
  readonly #recorder: ReturnType<typeof openRecorder>;
  #isHalting = false;

  constructor(isolatorId: number, options: ResolvedOptions, extension?: IsolateExtension) {
    const { name: isolate, standby, graceMs } = options;
    this.limits = planLimits(options.limits);
    const member = extension?.member;
    const outputs = member?.outputs ?? new Outputs(options);
    this.#outputs = member === undefined ? outputs : undefined;
    this.#recorder = openRecorder(options);
    this.data = member?.data ?? new IsolateData();
    if (member === undefined) this.data.onInherited = (name) => this.#tellAll(name);
    this.facts = new IsolateFacts(isolate, member?.generation);
    this.#errors = new IsolateErrors(this.facts, options.restart);
    this.#events = new EventPublisher(this.facts, options.logLevel, member?.events);
    this.#calls = new CallTable(options.maxInFlight, options.maxQueue, member?.elsewhere);
    this.#care = new GenerationsInCare(options, this.limits, this.#calls, {
      onUnresponsive: (live, seen) => this.#onUnresponsive(live, seen),
      recycle: (live) => member?.replace() ?? this.#recycleWhenDue(live),
    });
    this.#isMember = member !== undefined;
    this.gauge = new IsolateGauge(this.facts, this.#calls, () => this.#presentGeneration);
    const identity = { isolate, kernel: extension?.kernel };
    const read = (): IsolateReading => this.gauge.read();
    this.telemetry = member?.telemetry ?? new IsolateTelemetry(identity, extension?.callKind ?? "host", { read });
    const { targets, data, telemetry } = this;
    this.#activation = new GenerationActivation(options, {
      errors: this.#errors,
      calls: this.#calls,
      targets,
      data,
      extension,
      telemetry,
      owner: this,
    });
    const gate = new ReadyGate<Generation>();
    this.#requests = new FrameworkRequests(this, () => this.#supervisor.state, gate, this.#errors);
    this.#supervisor = new Supervisor(
      toGenerationSpec(isolatorId, options, this.limits, outputs, this.#recorder, {
        onLine: (generation, pid, stream, line) => this.#events.emit(stream, { isolate, generation, pid, ...line }),
        hasListener: (stream) => this.#events.hasListener(stream),
        onLimit: (generation, pid, breach) => this.#onLimit({ isolate, generation, pid, ...breach }),
        onDebugger: (generation, pid, url, inspection) =>
          this.#events.debuggerListens({ isolate, generation, pid, url }, options.debug ? "off" : inspection),
        onData: (live, name, value) => this.data.setBy(live, member?.others() ?? this.#presentGenerations, name, value),
        onDrain: () => this.#calls.drained(),
        serve: extension?.serve,
      }),
      { restart: toRestartPolicy(options.onCrash, options.restart), judge: extension?.judge, standby, graceMs },
      new IsolateListener(options, {
        isolatorId,
        facts: this.facts,
        errors: this.#errors,
        events: this.#events,
        calls: this.#calls,
        telemetry,
        startReason: member?.startReason,
        targets,
        data,
        activation: this.#activation,
        care: this.#care,
        gate,
        recorder: this.#recorder,
        isStopping: () => this.#supervisor.state.kind === "stopping",
      }),
    );
    this.stopped.onReached(() => this.#close());
    if (!this.#isMember) for (const one of options.telemetry) telemetry.add(one);
  }

  get events(): IsolatorEventSource {
    return this.#events.emitter;
  }

  get state(): IsolatorState {
    const { kind } = this.#supervisor.state;
    const isFirst = this.facts.generation === this.facts.first;
    if (kind === "idle" || kind === "starting") return isFirst ? "starting" : "restarting";
    return kind === "waiting" ? "restarting" : kind;
  }

  /** The pid of the process that whoever asks is preparing, if it is. */
  get activatingPid(): number | undefined {
    return activatingNow(this)?.pid;
  }

  /** Resolves when no further generation follows. */
  get stopped(): Milestone<ExitOutcome> {
    return this.#supervisor.stopped;
  }

  start(abort: AbortController): Promise<void> {
    return keepAlive.during(this.launch(abort));
  }

  /** As `start`, without keeping the host alive. */
  async launch(abort: AbortController): Promise<void> {
    try {
      await this.#supervisor.start(abort, this.facts.first);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  /** Stores a value, with the host and with the process that is or will be ready. */
  async setData(name: string, value: unknown): Promise<void> {
    this.data.set(name, value);
    await this.#requests.send((_, live) => this.data.send(live, name));
  }

  /** Reads a value of the process that is or will be ready. */
  getData(name: string): Promise<unknown> {
    return this.#requests.send((_, live) => this.data.read(live, name));
  }

  /** Takes a call over: it will settle. */
  submit(call: Call): void {
    const activating = activatingNow(this);
    if (activating !== undefined) {
      this.#activation.submit(activating, call);
      return;
    }
    keepAlive.acquire();
    if (this.telemetry.hearsCalls && !this.#isMember) call.observe(this.telemetry);
    const down = this.#errors.inState(this.#supervisor.state);
    if (call.isAborted) call.cancel();
    else if (down === undefined) this.#calls.submit(call);
    else call.fail(down);
  }

  /** To be called when a call has settled. */
  settled(call: Call): void {
    keepAlive.release();
    this.#calls.settled(call);
  }

  takesBack(call: Call, reason: unknown): boolean {
    return this.#calls.takesBack(call, reason);
  }

  /** To be called when a call that was given up while it ran has ended. */
  ended(call: Call): void {
    this.#calls.ended(call);
  }

  /** Sends a request that may be sent again, to the generation that is or will be ready. */
  request<T>(send: SendRequest<T>): Promise<T> {
    return this.#requests.send(send);
  }

  /** What the process that is or will be ready says of itself; of one that says nothing, what is known here. */
  status(): Promise<HostStatusMessage> {
    return this.#requests.send(async (session, live) => {
      const { number, pid, capabilities } = live;
      const known = { isolate: this.facts.name, generation: number };
      if (capabilities.features.has("status")) {
        const said = checkStatus(await requestStatus(session));
        return { ...said, isolate: known.isolate, generation: said.generation || number };
      }
      const uptime = toDuration(performance.now() - live.startedAt);
      return checkStatus({ ...known, pid, uptime, callsInFlight: this.#calls.runningIn(live) });
    });
  }

  /** See `CallTable.measure`. */
  measureCalls(): CallsMeasured {
    return this.#calls.measure();
  }

  /** The process that is ready, with the calls that run and have ended in it, as far as it is known here. */
  get ready(): { readonly live: Generation; readonly inFlight: number; readonly callsEnded: number } | undefined {
    const { state } = this.#supervisor;
    if (state.kind !== "ready") return undefined;
    return { live: state.live, inFlight: this.#calls.runningIn(state.live), callsEnded: this.#calls.answered };
  }

  /** Replaces the present process; see `ProcessIsolator.recycle`. */
  recycle(): Promise<RecycleFacts> {
    if (activatingNow(this) === undefined) return keepAlive.during(this.#recycle());
    const message = "recycle() cannot be called by onGeneration: the process that it prepares is not in use yet";
    return Promise.reject(new IsolationError("INVALID_OPTION", message, { facts: { isolate: this.facts.name } }));
  }

  /** The generation that is or will be ready. @throws IsolationError STOPPED or RESTARTS_EXHAUSTED when it is down */
  present(): Promise<Generation> {
    return this.#requests.ready();
  }

  /** Resolves, once a generation is gone, with why. Never rejects. */
  async storyOf(live: Generation): Promise<IsolationError> {
    const outcome = await live.outcome;
    const requested = this.#supervisor.state.kind === "stopping" || isWanted(outcome.reason);
    return this.#errors.lost(live, outcome, { requested })();
  }

  /** Refuses what waits here and was asked for by these isolates. */
  refuseWaitingOf(callers: ReadonlySet<string>, toError: () => IsolationError): void {
    this.#calls.rejectWaitingOf(callers, toError);
  }

  /** The present process is about to be halted: calls wait from now on, and those that fail in it for that run again if they may. */
  awaitHalt(): void {
    this.#calls.halt();
  }

  /** It is not halted after all, unless that has begun. */
  resume(): void {
    if (!this.#isHalting) this.#calls.resume();
  }

  /** Ends the present process in order, as if it had died: what follows is for the extension to judge. Calls wait meanwhile. */
  async halt(reason: string, graceMs: number): Promise<void> {
    this.#calls.halt();
    this.#isHalting = true;
    await keepAlive.during(this.#supervisor.halt(reason, graceMs)).finally(() => {
      this.#isHalting = false;
    });
  }

  /** Resolves when no call waits or runs, and nobody reads what one came to. */
  async idle(): Promise<void> {
    await this.#calls.whenIdle();
    const { state } = this.#supervisor;
    if (state.kind === "ready") await state.live.session.streamsRead();
  }

  shutdown(reason: string, graceMs: number): Promise<ExitOutcome> {
    this.#refuseCalls({ kind: "shutdown", reason });
    return keepAlive.during(toTheEnd(this.#supervisor.shutdown(reason, graceMs)));
  }

  /** As `shutdown`, without keeping the host alive. */
  retire(reason: string, graceMs: number): Promise<ExitOutcome> {
    this.#refuseCalls({ kind: "shutdown", reason });
    return this.#supervisor.shutdown(reason, graceMs);
  }

  terminate(signal: NodeJS.Signals, graceMs: number): Promise<ExitOutcome> {
    this.#refuseCalls({ kind: "terminated" });
    return keepAlive.during(toTheEnd(this.#supervisor.terminate(signal, graceMs)));
  }

  #close(): void {
    this.#outputs?.close();
    this.#recorder?.close();
    if (!this.#isMember) this.telemetry.close();
  }

  get #presentGeneration(): Generation | undefined {
    return this.#presentGenerations[0];
  }

  get #presentGenerations(): readonly Generation[] {
    const { state } = this.#supervisor;
    return state.kind === "ready" ? [state.live] : [];
  }

  #tellAll(name: string): void {
    for (const live of this.#presentGenerations) void quiet(this.data.send(live, name));
  }

  async #recycle(): Promise<RecycleFacts> {
    const predecessor = this.facts.last?.pid ?? 0;
    const { state } = this.#supervisor;
    // While there is none, the next one is a fresh process.
    const fresh = state.kind === "ready" ? await this.#replace(state.live) : await this.#requests.ready();
    return { ...this.facts.of(fresh), predecessor };
  }

  async #replace(old: Generation): Promise<Generation> {
    try {
      return await this.#supervisor.recycle(old, { drained: this.#drained, willRetry: false });
    } catch (error) {
      const down = this.#errors.inState(this.#supervisor.state);
      if (down !== undefined) throw down;
      // It crashed, or was replaced, meanwhile: what follows it is as fresh.
      if (error instanceof Superseded) return this.#requests.ready();
      throw error;
    }
  }

  /** Calls without end must not make a process of each replacement: with so many that linger, it has to wait. */
  #recycleWhenDue(live: Generation): Promise<boolean> {
    if (this.#supervisor.retiring >= MOST_RETIRING) return Promise.resolve(false);
    return this.#supervisor.recycle(live, { drained: this.#drained, willRetry: true }).then(
      () => true,
      () => false,
    );
  }

  /** From the first moment of a stop on, what waits is settled and nothing new starts. */
  #refuseCalls(cause: StopCause): void {
    this.#calls.close();
    this.#calls.rejectWaiting(() => this.#errors.down(cause, undefined));
  }

  /** A soft memory limit means a fresh process, before the hard one means a dead one. */
  #onLimit(event: IsolatorEvents["limit"][0]): void {
    this.#events.emit("limit", event);
    const { state } = this.#supervisor;
    if (event.limit !== "memory.soft" || state.kind !== "ready" || state.live.pid !== event.pid) return;
    this.#care.recycle(state.live);
  }

  #onUnresponsive(live: Generation, seen: Unresponsive): void {
    live.end.because("unresponsive", { unresponsive: seen });
    const { diagnosis, forMs } = seen;
    this.#events.emit("unresponsive", { ...this.facts.of(live), diagnosis, forMs });
    void live.process.killTree("SIGKILL");
  }

  /** Resolves when nobody waits for a generation any more. */
  readonly #drained = async (old: Generation): Promise<void> => {
    await this.#calls.whenDrained(old);
    await old.session.streamsRead();
  };
}
