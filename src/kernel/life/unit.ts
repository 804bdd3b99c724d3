import { IsolationError } from "../../errors/index.js";
import type { ExtendedIsolator, IsolateExtension, RecycleFacts } from "../../isolator/index.js";
import { defaultLifecycle, forwardCall, startExtended } from "../../isolator/index.js";
import type { ExitOutcome } from "../../process/index.js";
import { type IncomingCall, quiet } from "../../session/index.js";
import {
  activateModules,
  type Death,
  type Generation,
  type Judgement,
  judgeByBudget,
  RestartBudget,
  type Serve,
} from "../../supervision/index.js";
import type { ResolvedIsolate } from "../manifest/index.js";
import { Gate } from "./gate.js";

/** What an isolate of a kernel is doing. */
export type UnitState = "waiting" | "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";

/** How often one that was replaced is started again for the calls that it has left. */
const RETIRED = {
  maxRestarts: 3,
  withinMs: 10_000,
  backoff: { initialMs: 100, maxMs: 1_000, factor: 2, jitter: 0 },
};

/** What a unit needs of the kernel that it is a part of. */
export interface UnitSurroundings {
  readonly serve: Serve;
  /** Decides what follows a death of the present process. */
  judge(unit: Unit, death: Death): Judgement;
  /** Goes on with a process whose module has started. */
  prepareLoaded(unit: Unit, live: Generation, module: string): Promise<unknown> | undefined;
  /** Prepares a process before its module is loaded. */
  prepare(unit: Unit, live: Generation): Promise<unknown> | undefined;
  /** Another isolator is behind the unit. One that was there before has calls to finish, and needs a process for that. */
  onIsolator(unit: Unit, current: ExtendedIsolator): void;
}

/** One isolate of a kernel: a name, and whatever isolator is behind it now. */
export class Unit {
  readonly definition: ResolvedIsolate;
  /** As the isolator names it. */
  module: string;
  /** 1 for the first module, one more for each that replaced it. */
  version = 1;
  readonly #around: UnitSurroundings;
  readonly #gate: Gate<ExtendedIsolator>;
  #current: ExtendedIsolator | undefined;
  #state: "waiting" | "starting" | "started" | "stopping" | "stopped" | "failed" = "waiting";
  /** Aborted when a start is not wanted any more. */
  #starting: AbortController | undefined;
  #replacing: Promise<unknown> = Promise.resolve();
  /** What `setData` has stored in those that are gone. */
  #data: Readonly<Record<string, unknown>>;
  /** Those that were replaced and finish their calls. */
  readonly #retiring = new Set<ExtendedIsolator>();

  constructor(definition: ResolvedIsolate, around: UnitSurroundings) {
    this.definition = definition;
    this.module = definition.module;
    this.#data = definition.data;
    this.#around = around;
    this.#gate = new Gate(() => this.downError());
  }

  get name(): string {
    return this.definition.name;
  }

  get state(): UnitState {
    const { state } = this.#current?.isolator ?? {};
    if (this.#state !== "started" || state === undefined) return this.#state === "started" ? "starting" : this.#state;
    return state;
  }

  /** The isolator behind it; undefined while there is none. */
  get current(): ExtendedIsolator | undefined {
    return this.#current;
  }

  /** Starts it. @throws IsolationError what keeps it from starting; nothing of it is left then */
  async start(): Promise<void> {
    if (this.#current !== undefined || this.#state === "starting") return;
    this.#state = "starting";
    this.#gate.close();
    const starting = new AbortController();
    this.#starting = starting;
    try {
      const started = await this.#create(this.module, this.#data, starting.signal);
      this.#use(started);
    } catch (error) {
      this.#leave("failed");
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  /** Ends it in order; it may be started again. */
  async stop(reason: string, graceMs?: number): Promise<ExitOutcome | undefined> {
    this.#starting?.abort();
    const current = this.#current;
    const options = { reason, ...(graceMs === undefined ? {} : { graceMs }) };
    this.#state = "stopping";
    const retiring = [...this.#retiring].map(({ isolator }) => isolator.shutdown(options));
    const outcome = await current?.isolator.shutdown(options);
    await Promise.all(retiring);
    this.#leave("stopped");
    return outcome;
  }

  /** Ends the process that is ready, which is judged as halted: calls wait until that is decided. */
  async halt(reason: string): Promise<void> {
    await this.#current?.core.halt(reason, this.#current.graceMs);
  }

  /** Resolves when it takes calls, or will not. */
  async settled(): Promise<void> {
    await this.#current?.core.present().catch(() => undefined);
  }

  /** Replaces its process by a fresh one of the same module. */
  async recycle(): Promise<RecycleFacts> {
    const { isolator } = await this.there();
    return isolator.recycle();
  }

  /** It will not run again by itself: its isolator has ended. */
  gone(current: ExtendedIsolator): void {
    if (this.#current !== current || this.#state === "stopping") return;
    this.#leave("stopped");
  }

  /**
   * Another module takes over: it is started, and gets all further calls; those that run end where they are.
   *
   * @throws IsolationError what keeps it from starting; the present one goes on then
   */
  replace(module: string): Promise<ExtendedIsolator> {
    const replaced = this.#replacing.then(() => this.#replace(module));
    this.#replacing = replaced.catch(() => {});
    return replaced;
  }

  /** A call of another isolate. */
  forward(method: string, args: readonly unknown[], idempotent: boolean, origin: IncomingCall): Promise<unknown> {
    const forwarded = { module: this.module, method, args, idempotent };
    if (this.#current !== undefined) return forwardCall(this.#current.core, forwarded, origin);
    return this.there().then(({ core }) => forwardCall(core, { ...forwarded, module: this.module }, origin));
  }

  /** The isolator, once there is one. @throws IsolationError STOPPED when there will be none */
  there(): Promise<ExtendedIsolator> {
    return this.#current === undefined ? this.#gate.wait() : Promise.resolve(this.#current);
  }

  #create(module: string, data: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<ExtendedIsolator> {
    let own: ExtendedIsolator | undefined;
    const retired = judgeByBudget(new RestartBudget(RETIRED));
    const extension: IsolateExtension = {
      serve: this.#around.serve,
      judge: (death) => {
        if (own !== undefined && own === this.#current) return this.#around.judge(this, death);
        // It was replaced, and has yet to finish its calls.
        return retired(death);
      },
      prepare: (live) => this.#around.prepare(this, live),
      prepareLoaded: async (live) => {
        // Another runtime loads it at the first call.
        if (live.capabilities.features.has("preload")) await activateModules(live.session, [module]);
        await this.#around.prepareLoaded(this, live, module);
      },
    };
    const options = { ...this.definition.options, lifecycle: defaultLifecycle(module), signal };
    return startExtended(options, extension, data).then((started) => {
      own = started;
      return started;
    });
  }

  #use(started: ExtendedIsolator): void {
    this.#current = started;
    this.#state = "started";
    this.#around.onIsolator(this, started);
    this.#gate.open(started);
  }

  async #replace(module: string): Promise<ExtendedIsolator> {
    const old = await this.there();
    const starting = new AbortController();
    this.#starting = starting;
    const started = await this.#create(module, old.core.data.values, starting.signal);
    if (this.#current !== old) {
      await started.isolator.shutdown({ reason: "what it was to replace is gone" });
      throw this.downError();
    }
    this.module = module;
    this.version += 1;
    this.#use(started);
    this.#retiring.add(old);
    void quiet(this.#retire(old));
    return started;
  }

  async #retire(old: ExtendedIsolator): Promise<void> {
    try {
      await old.core.idle();
      await old.isolator.shutdown({ reason: "replaced" });
    } finally {
      this.#retiring.delete(old);
    }
  }

  #leave(state: "failed" | "stopped"): void {
    this.#data = this.#current?.core.data.values ?? this.#data;
    this.#current = undefined;
    this.#state = state;
    this.#gate.refuse();
  }

  /** Why there is no isolator. */
  downError(): IsolationError {
    const how = this.#state === "failed" ? "could not be started" : "is stopped";
    return new IsolationError("STOPPED", `${this.name} ${how}`, { facts: { isolate: this.name } });
  }
}
