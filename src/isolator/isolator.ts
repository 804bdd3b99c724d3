import { type ModuleExport, PIHOST_EXIT } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Remote } from "../inside/index.js";
import { endIfMistaken } from "../platform/index.js";
import { type ExitOutcome, noteLoadedFrom } from "../process/index.js";
import { onAbort } from "../session/index.js";
import { requestExports } from "../supervision/index.js";
import type { IsolatorEventSource } from "./events.js";
import type { IsolateExtension } from "./extension.js";
import { type HostStatus, type IsolatorState, toHostStatus } from "./host-status.js";
import { IsolateCore, type RecycleFacts } from "./isolate-core.js";
import type { IsolateData } from "./isolate-data.js";
import { keepAlive } from "./keep-alive.js";
import { ModuleCalls } from "./module-calls.js";
import { moduleName } from "./module-name.js";
import {
  aString,
  type CallOptions,
  type IsolationOptions,
  invalidOption,
  type ResolvedOptions,
  resolveOptions,
  resolveShutdownOptions,
  resolveTerminateOptions,
  resolveWaitOptions,
  type ShutdownOptions,
  type TerminateOptions,
  type WaitOptions,
} from "./options/index.js";
import { waitFor } from "./wait-for.js";

endIfMistaken(PIHOST_EXIT.notNode);

let isolators = 0;

/** JavaScript knows no private constructor. */
const FROM_CREATE = Symbol("create");
const USE_CREATE =
  "new ProcessIsolator() starts no process: use await ProcessIsolator.create(options), or await isolate(module, options)";

/** An isolate of a kernel, with what the kernel needs of it beside its public face. */
export interface ExtendedIsolator {
  readonly isolator: ProcessIsolator;
  readonly core: IsolateCore;
  readonly calls: ModuleCalls;
  /** Its option of that name. */
  readonly graceMs: number;
}

/** An isolate for whoever extends it, not started yet: `core.start` does. @param options as `resolveOptions` gives them */
export let makeExtended: (options: ResolvedOptions, extension: IsolateExtension) => ExtendedIsolator;

/**
 * As `ProcessIsolator.create`, for a kernel.
 *
 * @param seed fills what `setData` stores, before the first process
 */
export let startExtended: (
  options: IsolationOptions<undefined>,
  extension: IsolateExtension,
  seed: (data: IsolateData) => void,
) => Promise<ExtendedIsolator>;

/**
 * One logical isolated process. It is started, supervised, restarted after a crash and stopped behind this handle, which
 * stays valid for all of its generations.
 */
export class ProcessIsolator {
  /** The isolate's name. */
  readonly name: string;
  /** Listen here; see `IsolatorEvents`. */
  readonly events: IsolatorEventSource;
  readonly #options: ResolvedOptions;
  readonly #core: IsolateCore;
  readonly #calls: ModuleCalls;

  /**
   * Starts a process and resolves once it answered the handshake. What fails on the way leaves nothing behind.
   *
   * @throws IsolationError INVALID_OPTION, START_FAILED, START_TIMEOUT, PROTOCOL, or CANCELLED by `options.signal`
   */
  static async create(options: IsolationOptions<undefined> = {}): Promise<ProcessIsolator> {
    isolators += 1;
    const isolator = new ProcessIsolator(
      isolators,
      resolveOptions(options, { name: `isolate-${isolators}` }),
      FROM_CREATE,
    );
    await isolator.#start();
    return isolator;
  }

  /** As `create`, for a kernel and for pools. @internal */
  static {
    makeExtended = (options, extension) => {
      isolators += 1;
      const isolator = new ProcessIsolator(isolators, options, FROM_CREATE, extension);
      extension.listen?.(isolator.events);
      return { isolator, core: isolator.#core, calls: isolator.#calls, graceMs: options.graceMs };
    };
    startExtended = async (options, extension, seed) => {
      const extended = makeExtended(resolveOptions(options, { name: `isolate-${isolators + 1}` }), extension);
      seed(extended.core.data);
      await extended.isolator.#start();
      return extended;
    };
  }

  private constructor(id: number, options: ResolvedOptions, caller: typeof FROM_CREATE, extension?: IsolateExtension) {
    if (caller !== FROM_CREATE) throw new IsolationError("INVALID_OPTION", USE_CREATE);
    this.name = options.name;
    this.#options = options;
    this.#core = new IsolateCore(id, options, extension);
    this.#calls = new ModuleCalls(this.#core, options.callTimeoutMs);
    this.events = this.#core.events;
  }

  /** The present process's id; the last one's while there is none. */
  get pid(): number {
    return this.#core.facts.last?.pid ?? 0;
  }

  /** 1 for the first process, one more at each restart. */
  get generation(): number {
    return this.#core.facts.generation;
  }

  get state(): IsolatorState {
    return this.#core.state;
  }

  /** The present process's socket path, or Windows pipe name; the last one's while there is none. */
  get address(): string {
    return this.#core.facts.last?.address ?? "";
  }

  /**
   * Calls an export of a module in the isolated process.
   *
   * @param module an absolute path, a file URL, a path that starts with `./` or `../`, or a package name
   * @param method an export path: `"add"`, `"default"`, `"SampleClass.method"`
   * @param args values that can cross: the structured-clone family, callbacks, AbortSignals, streams
   * @returns what the method returned, awaited; rejects with what it threw, or with an IsolationError
   */
  invoke<T = unknown>(
    module: string | URL,
    method: string,
    args: readonly unknown[] = [],
    options?: CallOptions,
  ): Promise<T> {
    return this.#calls.invoke(module, method, args, options, this.invoke) as Promise<T>;
  }

  /**
   * Runs a method of the form `(args: string[]) => number` and resolves with its exit code.
   *
   * @throws TypeError when the result is anything but an integer
   */
  async invokeMethod(
    module: string | URL,
    method: string,
    args: readonly string[] = [],
    options?: CallOptions,
  ): Promise<number> {
    if (!Array.isArray(args)) throw invalidOption("args", "an array of strings", args);
    for (const [index, arg] of args.entries()) {
      if (typeof arg !== "string") throw invalidOption(`args[${index}]`, "a string", arg);
    }
    const code = await this.invoke(module, method, [args], options);
    if (typeof code === "number" && Number.isInteger(code)) return code;
    const shown = JSON.stringify(code)?.slice(0, 100);
    throw new TypeError(`${method} of ${moduleName(module)} must return an integer exit code; it returned ${shown}`);
  }

  /**
   * A typed proxy of a module: `isolator.load<typeof import("./sample.js")>("./sample.js")`.
   *
   * @param options apply to every call through this proxy; making another one for other options costs nothing
   */
  load<T>(module: string | URL, options?: CallOptions): Remote<T> {
    return this.#calls.load<T>(module, options);
  }

  /** Asks the process how it is. Waits for a restart that is under way; rejects with STOPPED when the isolator is down. */
  async status(): Promise<HostStatus> {
    const message = await this.#core.status();
    const { state, facts, limits } = this.#core;
    const pid = this.#core.activatingPid ?? this.pid;
    return toHostStatus(message, { state, restarts: facts.restarts, pid, limits: limits.enforcement });
  }

  /**
   * What a module exports, by name. Loads the module in the process, and calls nothing of it.
   *
   * @throws IsolationError MODULE_NOT_FOUND or MODULE_FAILED; STOPPED or RESTARTS_EXHAUSTED when the isolator is down
   */
  async exports(module: string | URL): Promise<ModuleExport[]> {
    const name = moduleName(module);
    return this.#core.request((session, { capabilities }) => {
      if (capabilities.features.has("exports")) return requestExports(session, name);
      throw new IsolationError("METHOD_NOT_FOUND", `the runtime of ${this.name} does not tell what a module exports`);
    }) as Promise<ModuleExport[]>;
  }

  /**
   * Stores a value for the isolate; it is there again after every restart. Code inside reads it, and stores its own, by
   * `getData` and `setData` of `process-isolation/pihost`. `undefined` takes it away.
   *
   * @param value one that can cross, as it is now: later changes are not seen
   */
  async setData(name: string, value: unknown): Promise<void> {
    await this.#core.setData(aString("name", name), value);
  }

  /** Reads a value of the isolate; `undefined` when there is none of that name. */
  async getData<T = unknown>(name: string): Promise<T | undefined> {
    const key = aString("name", name);
    return (await this.#core.getData(key)) as T | undefined;
  }

  /**
   * Ends the process in order: new calls are refused, running ones may finish within `graceMs`; then SIGTERM, then the
   * whole tree is killed. Idempotent. Resolves with how the process ended.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<ExitOutcome> {
    const { reason, graceMs } = resolveShutdownOptions(options, this.#options.graceMs);
    return this.#core.shutdown(reason, graceMs);
  }

  /**
   * Replaces the process by a fresh one, which takes over once it is ready for calls; running calls and streams end where
   * they are. Calls of this while one is under way share its result. When the process crashes meanwhile, the one that
   * follows it is the fresh one.
   *
   * @returns facts of the fresh process
   * @throws IsolationError START_FAILED, START_TIMEOUT, MODULE_NOT_FOUND or MODULE_FAILED when it could not be prepared:
   * the old one goes on; STOPPED or RESTARTS_EXHAUSTED when the isolator is down
   */
  recycle(): Promise<RecycleFacts> {
    return this.#core.recycle();
  }

  /** Kills the process and everything it started, now. Resolves when the operating system has reported every exit. */
  async terminate(options: TerminateOptions = {}): Promise<ExitOutcome> {
    const { signal } = resolveTerminateOptions(options);
    return this.#core.terminate(signal, this.#options.graceMs);
  }

  /**
   * Resolves with the final outcome, when no further process follows; a transparent restart is not an exit. Holds the
   * host process alive.
   *
   * @throws IsolationError DEADLINE_EXCEEDED after `timeoutMs`, CANCELLED by `signal`
   */
  async waitForExit(options: WaitOptions = {}): Promise<ExitOutcome> {
    const stopped = waitFor(this.#core.stopped, resolveWaitOptions(options), `${this.name} did not end`);
    return keepAlive.during(stopped);
  }

  /** `shutdown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ reason: "disposed" });
  }

  async #start(): Promise<void> {
    const abort = new AbortController();
    const { signal } = this.#options;
    if (signal?.aborted) abort.abort(signal.reason);
    const forget = signal === undefined ? undefined : onAbort(signal, () => abort.abort(signal.reason));
    try {
      await this.#core.start(abort);
    } finally {
      forget?.();
    }
  }
}

// How the ES module that gives out this class says where it lies. Another copy of the package may have the same name for it.
Object.defineProperty(ProcessIsolator, Symbol.for("process-isolation.loaded-from"), { value: noteLoadedFrom });
