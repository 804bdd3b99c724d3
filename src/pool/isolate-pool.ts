import { IsolationError, invalidOption } from "../errors/index.js";
import type { Remote } from "../inside/index.js";
import {
  type CallTaker,
  keepAlive,
  ModuleCalls,
  resolveShutdownOptions,
  resolveTerminateOptions,
  type ShutdownOptions,
  type TerminateOptions,
} from "../isolator/index.js";
import { onAbort } from "../session/index.js";
import { CallScope } from "./call-scope.js";
import { makePool } from "./make-pool.js";
import { type MapResults, MapRun } from "./map-run.js";
import {
  type MapOptions,
  type PoolCallOptions,
  type PoolOptions,
  type ResolvedPoolOptions,
  resolveMapOptions,
  resolvePoolCallOptions,
  resolvePoolOptions,
} from "./options/index.js";
import type { PoolCore } from "./pool-core.js";
import type { PoolEventSource } from "./pool-events.js";
import type { PoolStatus } from "./pool-status.js";

let pools = 0;

const START_CANCELLED = "the start of the pool was cancelled";
const MAP_OVER = "the map that made the call has ended";

/** A module in several processes. `await using` ends them with the scope. */
export interface IsolatePool<T> extends AsyncDisposable {
  /** The pool's name. */
  readonly name: string;
  /** The module's exports, each an asynchronous call in one of the processes. */
  readonly api: Remote<T>;
  /** Listen here; see `PoolEvents`. */
  readonly events: PoolEventSource;
  /**
   * As `api`, with options for every call through it; making another one for other options costs nothing.
   *
   * @throws IsolationError INVALID_OPTION
   */
  load(options?: PoolCallOptions): Remote<T>;
  /**
   * Calls an export.
   *
   * @param method an export path: `"add"`, `"default"`, `"SampleClass.method"`
   * @returns what the method returned, awaited; rejects with what it threw, or with an IsolationError
   */
  invoke<R = unknown>(method: string, args?: readonly unknown[], options?: PoolCallOptions): Promise<R>;
  /**
   * Makes a call for each item of a source, some at a time. Items are taken from the source as results are taken from here, so a
   * source without end, or one that is larger than memory, is no problem.
   *
   * The first error ends it. When it ends, by an error, `break` or its signal, the source is closed, and the calls that are under way
   * are given up: with a function, those that it made in this pool before its first `await`.
   *
   * @param run a member of `api`, an export path, or any function; it gets the item and nothing else
   */
  map<In, Out>(
    source: Iterable<In> | AsyncIterable<In>,
    run: ((item: In) => Promise<Out> | Out) | string,
    options?: MapOptions,
  ): MapResults<Awaited<Out>>;
  /** How the pool is. Asks no process, and so answers when all are busy. */
  status(): Promise<PoolStatus>;
  /**
   * Ends the pool in order: new calls and those that wait fail with STOPPED, running ones may finish within `graceMs`; then
   * SIGTERM, then what is left is killed. Idempotent. Resolves when all processes are gone.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** Kills all processes and everything that they started, now. Resolves when the operating system has reported every exit. */
  terminate(options?: TerminateOptions): Promise<void>;
}

/**
 * Runs one module in several processes, behind one handle. Resolves once those take calls that are kept (`min`, `spares`); more
 * are started when calls wait.
 *
 * The module is loaded ahead of the first call in each process. One that cannot be loaded fails every call with the reason;
 * with `preload: true`, the pool does not start.
 *
 * @param module an absolute path, a file URL, a path that starts with `./` or `../`, or a package name
 * @throws IsolationError INVALID_OPTION, START_FAILED, START_TIMEOUT, PROTOCOL, or CANCELLED by `options.signal`
 */
export async function isolatePool<T>(
  module: string | URL,
  options: PoolOptions<Remote<T>> = {},
): Promise<IsolatePool<T>> {
  pools += 1;
  const pool = new ProcessPool<T>(module, resolvePoolOptions(module, options, { name: `pool-${pools}` }));
  await pool.begin();
  return pool;
}

class ProcessPool<T> implements IsolatePool<T> {
  readonly name: string;
  readonly api: Remote<T>;
  readonly events: PoolEventSource;
  readonly #module: string;
  readonly #options: ResolvedPoolOptions;
  readonly #core: PoolCore;

  constructor(module: string | URL, options: ResolvedPoolOptions) {
    this.name = options.member.name;
    this.#module = module instanceof URL ? module.href : module;
    this.#options = options;
    const { core, publisher } = makePool(this.#module, options);
    this.#core = core;
    this.events = publisher.emitter;
    this.api = this.load();
  }

  async begin(): Promise<void> {
    const { signal } = this.#options;
    let forget = (): void => {};
    try {
      if (signal?.aborted === true) throw cancelled(START_CANCELLED, signal.reason);
      const late = new Promise<never>((_, reject) => {
        if (signal !== undefined) forget = onAbort(signal, () => reject(cancelled(START_CANCELLED, signal.reason)));
      });
      await keepAlive.during(Promise.race([this.#core.fleet.begin(), late]));
    } catch (error) {
      await this.#core.fleet.end.terminate("SIGKILL");
      throw error;
    } finally {
      forget();
    }
  }

  load(options?: PoolCallOptions): Remote<T> {
    return this.#callsWith(options).load<T>(this.#module, options && resolvePoolCallOptions(options).call);
  }

  invoke<R = unknown>(method: string, args: readonly unknown[] = [], options?: PoolCallOptions): Promise<R> {
    try {
      const { call } = resolvePoolCallOptions(options);
      return this.#callsWith(options).invoke(this.#module, method, args, call, this.invoke) as Promise<R>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  map<In, Out>(
    source: Iterable<In> | AsyncIterable<In>,
    run: ((item: In) => Promise<Out> | Out) | string,
    options: MapOptions = {},
  ): MapResults<Awaited<Out>> {
    const { max, concurrency } = this.#options.pool;
    const resolved = resolveMapOptions(options, max * concurrency);
    const runItem = typeof run === "string" ? (item: In) => this.invoke<Out>(run, [item]) : run;
    if (typeof runItem !== "function") throw invalidOption("run", "a function or an export path", run);
    const scope = new CallScope();
    return new MapRun<In, Awaited<Out>>(
      source,
      {
        admission: () => this.#core.admission(),
        run: (item) => this.#core.within(scope, () => runItem(item)) as Promise<Awaited<Out>>,
        giveUp: (reason) => scope.giveUp(() => cancelled(MAP_OVER, reason), reason),
      },
      resolved,
    );
  }

  async status(): Promise<PoolStatus> {
    return this.#core.status();
  }

  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { reason, graceMs } = resolveShutdownOptions(options, this.#options.member.graceMs);
    await this.#core.fleet.end.shutdown(reason, graceMs);
  }

  async terminate(options: TerminateOptions = {}): Promise<void> {
    await this.#core.fleet.end.terminate(resolveTerminateOptions(options).signal);
  }

  /** `shutdown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ reason: "disposed" });
  }

  #callsWith(options: PoolCallOptions | undefined): ModuleCalls {
    const { key, caller } = resolvePoolCallOptions(options);
    const core = this.#core;
    const taker: CallTaker = {
      targets: core.targets,
      submit: (call) => {
        if (caller !== undefined) call.caller = caller;
        core.submit(call, key);
      },
      settled: (call) => core.settled(call),
      ended: () => {},
    };
    return new ModuleCalls(taker, this.#options.member.callTimeoutMs);
  }
}

function cancelled(message: string, reason: unknown): IsolationError {
  return new IsolationError("CANCELLED", message, { cause: reason });
}
