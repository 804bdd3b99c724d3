import type { IsolationError } from "../../errors/index.js";
import {
  type AskedCall,
  type ForwardedTarget,
  forwardCall,
  ReadyGate,
  type RecycleFacts,
  type ShutdownOptions,
} from "../../isolator/index.js";
import type { ResolvedIsolate } from "../manifest/index.js";
import { Retiring } from "./retiring.js";
import { type ProcessesStart, startProcesses } from "./start-processes.js";
import type { Takeover, Version } from "./takeover.js";
import { endsToo, isDown } from "./unit-errors.js";
import type { UnitProcesses } from "./unit-processes.js";
import type { UnitState } from "./unit-state.js";
import type { UnitSurroundings } from "./unit-surroundings.js";
import { WaitingCall } from "./waiting-call.js";

/** One isolate of a kernel: a name, and whatever is behind it now. */
export class Unit {
  readonly definition: ResolvedIsolate;
  /** Resolves when no process of it is being halted: one that is takes no new requests. */
  halted: Promise<void> = Promise.resolve();
  /** As the isolator names it. */
  module: string;
  /** 1 for the first module, one more for each that replaced it. */
  version = 1;
  readonly #around: UnitSurroundings;
  readonly #gate = new ReadyGate<UnitProcesses>();
  #current: UnitProcesses | undefined;
  #state: "waiting" | "starting" | "started" | "stopping" | "stopped" | "failed" = "waiting";
  /** A start that is under way: how to give it up, and when it is over. */
  #starting: { readonly abort: AbortController; readonly over: Promise<unknown> } | undefined;
  #begun: Promise<void> | undefined;
  #replacing: Promise<unknown> = Promise.resolve();
  /** The last stop; how many there were. */
  #stopping: Promise<unknown> | undefined;
  #stops = 0;
  /** What `setData` has stored in those that are gone. */
  #data: Readonly<Record<string, unknown>>;
  /** Isolates whose calls are refused. */
  #refused: ReadonlySet<string> | undefined;
  readonly #retiring = new Retiring();

  constructor(definition: ResolvedIsolate, around: UnitSurroundings) {
    this.definition = definition;
    this.module = definition.module;
    this.#data = definition.data;
    this.#around = around;
  }

  get name(): string {
    return this.definition.name;
  }

  get state(): UnitState {
    if (this.#state !== "started") return this.#state;
    return this.#current?.state ?? "starting";
  }

  /** What is behind it; undefined while there is nothing. */
  get current(): UnitProcesses | undefined {
    return this.#current;
  }

  /** Whether there is nothing behind it, or soon will be: until somebody starts it. */
  get isDown(): boolean {
    return this.#state === "stopping" || this.#state === "stopped" || this.#state === "failed";
  }

  /** Whether it is being stopped: afterwards there is nothing behind it. */
  get isStopping(): boolean {
    return this.#state === "stopping";
  }

  /**
   * Starts it, where it is down, or once it is. Whoever else starts it meanwhile waits for the same start.
   *
   * @throws IsolationError what keeps it from starting; nothing of it is left then
   */
  async start(): Promise<void> {
    const stops = this.#stops;
    if (this.isStopping) await this.#stopping;
    // The later word counts.
    if (stops !== this.#stops) throw this.downError();
    if (this.#current !== undefined) return;
    await (this.#begun ?? this.#beginOnce());
  }

  /**
   * Starts another module where it is down, or once it is; where it is up by then, that is replaced.
   *
   * @throws IsolationError what keeps it from starting; nothing of it is left then, and the module is what it was
   */
  async startAs(module: string): Promise<Takeover> {
    const stops = this.#stops;
    if (this.isStopping) await this.#stopping;
    while (this.#begun !== undefined) await this.#begun.catch(() => {});
    // The later word counts.
    if (stops !== this.#stops) throw this.downError();
    if (this.#current !== undefined) return this.replace(module);
    const predecessor = this.#version(undefined);
    await this.#beginOnce(module);
    return { ...this.#version(await this.there()), predecessor };
  }

  /** Ends it in order; it may be started again. */
  stop(reason: string, graceMs?: number): Promise<void> {
    this.#stops += 1;
    this.#state = "stopping";
    this.#starting?.abort.abort();
    const stopping = this.#stop({ reason, ...(graceMs === undefined ? {} : { graceMs }) });
    this.#stopping = Promise.allSettled([stopping]);
    return stopping;
  }

  /** Ends the process that is ready, which is judged as halted: calls wait until that is decided. */
  async halt(reason: string): Promise<void> {
    const halting = this.#current?.halt(reason);
    this.halted = Promise.resolve(halting).catch(() => {});
    await halting;
  }

  /** Resolves when it takes calls, or will not. */
  async settled(): Promise<void> {
    await this.#current?.settled();
  }

  /** Replaces its process by a fresh one of the same module; of several, one after the other. */
  async recycle(): Promise<RecycleFacts | undefined> {
    return (await this.there()).recycle();
  }

  /** It will not run again by itself: what is behind it has ended. */
  gone(current: UnitProcesses): void {
    if (this.#current !== current || this.#state === "stopping") return;
    this.#leave("stopped");
  }

  /**
   * Another module takes over: it is started, and gets all further calls; those that run end where they are.
   *
   * @throws IsolationError what keeps it from starting; the present one goes on then
   */
  replace(module: string): Promise<Takeover> {
    const replaced = this.#replacing.then(() => this.#replace(module));
    this.#replacing = replaced.catch(() => {});
    return replaced;
  }

  /** A call of another isolate. */
  forward(target: ForwardedTarget, call: AskedCall): void {
    if (this.#refused?.has(target.caller) === true) call.reject(endsToo(this.name, target.caller));
    else if (this.#current !== undefined) forwardCall(this.#current.taker, this.module, target, call);
    else this.#forwardLater(target, call);
  }

  /**
   * It has no process until these isolates have ended, too: they would wait for it as long as they are waited for. What they
   * ask of it is refused until `accept`.
   */
  refuse(callers: ReadonlySet<string>): void {
    this.#refused = callers;
    this.#current?.refuseWaitingOf(callers, () => endsToo(this.name, "its caller"));
  }

  accept(): void {
    this.#refused = undefined;
  }

  /** What is behind it, once that is there. @throws IsolationError STOPPED when there will be none */
  there(): Promise<UnitProcesses> {
    if (this.#current !== undefined) return Promise.resolve(this.#current);
    const willBe = this.#state !== "stopped" && this.#state !== "failed";
    return willBe ? this.#gate.wait() : Promise.reject(this.downError());
  }

  /** @param replacement what takes the place of the module, once it has started */
  #beginOnce(replacement?: string): Promise<void> {
    this.#begun = this.#begin(replacement).finally(() => {
      this.#begun = undefined;
    });
    return this.#begun;
  }

  async #begin(replacement: string | undefined): Promise<void> {
    this.#state = "starting";
    try {
      const stored = Object.entries(this.#data);
      const seed: ProcessesStart["seed"] = (data) => {
        for (const [name, value] of stored) data.set(name, value);
      };
      const started = await this.#start(replacement ?? this.module, seed, replacement !== undefined);
      if (replacement !== undefined) this.#becomes(replacement);
      this.#use(started);
    } catch (error) {
      if (this.#state === "starting") this.#leave("failed");
      throw error;
    }
  }

  async #stop(options: ShutdownOptions): Promise<void> {
    const retiring = this.#retiring.shutdown(options);
    await this.#starting?.over;
    await this.#current?.shutdown(options);
    await retiring;
    this.#leave("stopped");
    // One that was begun before ends what it has started.
    await this.#replacing;
  }

  /** Starts what is to be behind it; a stop waits until nothing of it is left. */
  #start(module: string, seed: ProcessesStart["seed"], isReplacement: boolean): Promise<UnitProcesses> {
    const abort = new AbortController();
    const starting = startProcesses(this, this.#around, { module, seed, signal: abort.signal, isReplacement });
    const own = { abort, over: Promise.allSettled([starting]) };
    this.#starting = own;
    void own.over.then(() => {
      if (this.#starting === own) this.#starting = undefined;
    });
    return starting;
  }

  #forwardLater(target: ForwardedTarget, call: AskedCall): void {
    const waiting = new WaitingCall(call.origin, (error) => call.reject(error));
    this.there().then(
      ({ taker }) => {
        if (waiting.begin()) forwardCall(taker, this.module, target, call);
      },
      (error: unknown) => {
        if (waiting.begin()) call.reject(error);
      },
    );
  }

  #use(started: UnitProcesses): void {
    this.#current = started;
    this.#state = "started";
    this.#around.onProcesses(this, started);
    this.#gate.open(started);
  }

  async #replace(module: string): Promise<Takeover> {
    const old = await this.there();
    if (this.isStopping) throw this.downError();
    const started = await this.#startInPlaceOf(old, module);
    if (this.#current !== old || this.isStopping) {
      await started.shutdown({ reason: "what it was to replace is gone" });
      throw this.downError();
    }
    const predecessor = this.#version(old);
    this.#becomes(module);
    this.#use(started);
    // It was to be halted: that is for the new one now, and what waits in the old one has no other to wait for.
    old.resume();
    this.#retiring.add(old);
    return { ...this.#version(started), predecessor };
  }

  #version(processes: UnitProcesses | undefined): Version {
    return { version: this.version, module: this.module, pid: processes?.pid ?? 0 };
  }

  #becomes(module: string): void {
    this.module = module;
    this.version += 1;
  }

  /** It has what the old one stores while it starts, and later. */
  async #startInPlaceOf({ data }: UnitProcesses, module: string): Promise<UnitProcesses> {
    try {
      return await this.#start(module, (heir) => data.handOnTo(heir), true);
    } catch (error) {
      data.keep();
      throw error;
    }
  }

  #leave(state: "failed" | "stopped"): void {
    this.#data = this.#current?.data.values ?? this.#data;
    this.#current = undefined;
    this.#state = state;
    this.#gate.refuse(() => this.downError());
  }

  /** Why there is nothing behind it. */
  downError(): IsolationError {
    return isDown(this.name, this.#state === "failed");
  }
}
