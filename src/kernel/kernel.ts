import { IsolationError } from "../errors/index.js";
import { type CallOptions, keepAlive, type RecycleFacts } from "../isolator/index.js";
import { ConnectedKernel, type ConnectOptions } from "./connect/index.js";
import type { Dashboard, DashboardOptions } from "./dashboard/index.js";
import type { KernelEventSource } from "./events.js";
import { handleOf, type KernelIsolate } from "./handle.js";
import { type KernelLogRecord, type LogsOptions, readLogs } from "./logs/index.js";
import type { KernelManifest } from "./manifest/index.js";
import { readManifest } from "./manifest/index.js";
import { type KernelOptions, resolveKernelOptions } from "./options.js";
import type { Tokens } from "./routing/index.js";
import { KernelRuntime } from "./runtime.js";
import type { IsolateSummary } from "./summary.js";

const FROM_START = Symbol("start");

/** How a kernel ended. */
export interface KernelOutcome {
  /** `requested`: somebody stopped it. `exhausted`: the root of its supervision tree was. */
  readonly kind: "requested" | "exhausted";
  /** Why, for people. */
  readonly reason: string;
}

/**
 * Many isolates under one lifetime: names, dependencies, grants, supervision, one front door. The kernel starts, stops, watches,
 * routes and grants; everything else is an isolate.
 */
export class Kernel {
  /** Listen here; see `KernelEvents`. */
  readonly events: KernelEventSource;
  readonly #runtime: KernelRuntime;

  /**
   * Starts all isolates as their dependencies allow, and resolves once each is ready: its module's `start()` has resolved.
   * What fails on the way leaves nothing behind.
   *
   * @param manifest an object, or the path or file URL of a `.yaml`, `.json`, `.ts` or `.mjs` file
   * @throws IsolationError INVALID_OPTION with file, line and column where there is a file; else the code with which an
   * isolate failed to start, its name in the message and in `facts.isolate`; CANCELLED by `options.signal`
   */
  static async start(manifest: KernelManifest | string | URL, options: KernelOptions = {}): Promise<Kernel> {
    const resolved = await readManifest(manifest);
    const runtime = new KernelRuntime(resolved, resolveKernelOptions(options, resolved));
    await keepAlive.during(runtime.start());
    return new Kernel(runtime, FROM_START);
  }

  /**
   * Connects to a kernel that runs in another process: by its name, where that is of this user, or by the path of its
   * socket.
   *
   * @throws IsolationError INVALID_OPTION for a name that no kernel of this user has; STOPPED where nobody answers at the
   * socket; UNAUTHENTICATED, NOT_GRANTED for a token that may not operate the kernel
   */
  static connect(nameOrSocket: string, options?: ConnectOptions): Promise<ConnectedKernel> {
    return ConnectedKernel.connect(nameOrSocket, options);
  }

  private constructor(runtime: KernelRuntime, caller: typeof FROM_START) {
    if (caller !== FROM_START) {
      throw new IsolationError(
        "INVALID_OPTION",
        "new Kernel() starts nothing: use await Kernel.start(manifest, options)",
      );
    }
    this.#runtime = runtime;
    this.events = runtime.events;
  }

  get name(): string {
    return this.#runtime.manifest.name;
  }

  /** The front door's socket: an address for any gRPC client (`unix:PATH`). Undefined where the kernel has no front door. */
  get socket(): string | undefined {
    return this.#runtime.entrance.door?.socket;
  }

  /** Where the front door listens by TCP, as `listen` in the manifest says. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#runtime.entrance.door?.address;
  }

  /** Where `/metrics` is served, as the option `metrics` of `Kernel.start` says. */
  get metricsAddress(): { readonly host: string; readonly port: number } | undefined {
    return this.#runtime.metrics.address;
  }

  /** Who may come in at the front door: make, list and revoke tokens here. A client sends `authorization: Bearer TOKEN`. */
  get tokens(): Tokens {
    return this.#runtime.entrance.tokens;
  }

  /**
   * The isolate of this name: `kernel.isolate<typeof import("./parser.ts")>("parser").api.parse(text)`.
   *
   * @param options of every call through this handle; making another one for other options costs nothing
   * @throws IsolationError INVALID_OPTION for a name that the manifest does not have
   */
  isolate<T>(name: string, options?: CallOptions): KernelIsolate<T> {
    return handleOf<T>(this.#runtime.unit(name), options);
  }

  /**
   * What Prometheus reads: calls, queues, latencies, restarts and deaths by their reasons, memory and processor time of every
   * isolate. Calls and deaths are counted from the first time on that somebody asks, or from the start with the option `metrics`.
   *
   * @throws IsolationError INVALID_OPTION where the package `prom-client` is not installed
   */
  async metrics(): Promise<string> {
    const { body } = await this.#runtime.metrics.read();
    return body;
  }

  /**
   * What isolates wrote last, each line with what it says: its level, its message, and the fields of a line of JSON, as pino,
   * bunyan and winston write it. With `follow` it goes on with lines to come, until the kernel ends, the signal is aborted
   * or nobody reads on; a reader that is too slow misses lines. Lines are kept from the first call on, or from the start where the kernel has a
   * front door.
   *
   * @throws IsolationError INVALID_OPTION, also for a name that the manifest does not have
   */
  logs(options: LogsOptions = {}): AsyncGenerator<KernelLogRecord, void, undefined> {
    const { logs, over } = this.#runtime;
    return readLogs({ logs, over, check: (name) => void this.#runtime.unit(name) }, options);
  }

  /** All isolates, in the order of start. */
  list(): IsolateSummary[] {
    return this.#runtime.list();
  }

  /**
   * Starts an isolate that is down. Does nothing where it is not.
   *
   * @throws IsolationError what keeps it from starting
   */
  async start(name: string): Promise<void> {
    await keepAlive.during(this.#runtime.byHand.start(name));
  }

  /**
   * Ends an isolate in order; it stays down until somebody starts it. Calls of it are refused with STOPPED.
   *
   * @throws IsolationError INVALID_OPTION; it goes on then
   */
  async stop(name: string, options: { reason?: string } = {}): Promise<void> {
    await keepAlive.during(this.#runtime.byHand.stop(name, options.reason ?? "stopped by an operator"));
  }

  /** Replaces the process of an isolate by a fresh one, without a lost call; starts it where it is down. */
  async restart(name: string): Promise<RecycleFacts | undefined> {
    return keepAlive.during(this.#runtime.byHand.restart(name));
  }

  /**
   * Another version of an isolate takes over without a lost call: it is started, with the old one's data, and its `start()`
   * awaited; all further calls are its; the old one ends when its last call has. One that is down is started so.
   *
   * @throws IsolationError what keeps it from starting; the old one goes on then, or stays down
   */
  async replace(name: string, { module }: { module: string | URL }): Promise<void> {
    await keepAlive.during(this.#runtime.byHand.replace(name, module));
  }

  /**
   * Opens a page where the kernel is looked at and operated with a browser of this machine: graph, states, memory, calls, deaths,
   * logs. It ends with the kernel, and keeps no program alive.
   *
   * @returns the address with its token, which is to be kept as secret as one with the scope `operate`
   * @throws IsolationError INVALID_OPTION for a port that is taken, or an address that other machines reach; STOPPED when the
   * kernel has ended
   */
  dashboard(options: DashboardOptions = {}): Promise<Dashboard> {
    return this.#runtime.entrance.dashboard(options);
  }

  /**
   * Ends the kernel in order: each isolate when nobody that depends on it is left. Idempotent; resolves when nothing of it is
   * left.
   *
   * @throws IsolationError INVALID_OPTION; the kernel goes on then
   */
  async shutdown(options: { reason?: string; graceMs?: number } = {}): Promise<KernelOutcome> {
    const { reason = "requested", graceMs } = options;
    return keepAlive.during(this.#runtime.stop({ kind: "requested", reason }, graceMs));
  }

  /** Resolves when the kernel has ended, whoever ended it. Holds the host process alive. */
  async waitForExit(): Promise<KernelOutcome> {
    return keepAlive.during(this.#runtime.ended);
  }

  /** `shutdown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown({ reason: "disposed" });
  }
}
