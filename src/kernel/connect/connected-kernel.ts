import { toDuration } from "../../contract/index.js";
import { IsolationError, ownOptions } from "../../errors/index.js";
import { type BoundCall, type CallOptions, createRemote, keepAlive } from "../../isolator/index.js";
import { type Dashboard, type DashboardOptions, Dashboards } from "../dashboard/index.js";
import type { KernelEventSource } from "../events.js";
import { type KernelLogRecord, type LogsOptions, toLogRecord } from "../logs/index.js";
import { logLineOf, summaryOfMessage } from "../service/index.js";
import type { IsolateSummary } from "../summary.js";
import { unknownIsolate } from "../unknown-isolate.js";
import type { ConnectedIsolate, ConnectOptions } from "./connect-options.js";
import { findKernel } from "./find-kernel.js";
import { KernelClient } from "./kernel-client.js";
import { RemoteEvents } from "./remote-events.js";
import { RemoteIsolate } from "./remote-isolate.js";
import { REQUESTS } from "./requests.js";
import { summaryIn } from "./summary-in.js";

const FROM_CONNECT = Symbol("connect");

/** What is known of a kernel beforehand, and is the same for all of its life. */
interface KernelFacts {
  readonly name: string;
  readonly pid: number;
  readonly isolates: readonly string[];
}

/** Why nothing is to be had any more. */
interface Over {
  readonly code: "STOPPED" | "UNAUTHENTICATED";
  readonly why: string;
}

/**
 * A kernel that runs in another process, as `pihost up -d` starts one. Made by `Kernel.connect`.
 *
 * Calls go straight to the isolates' processes through the kernel's front door, with all that calls of the host have: rich values,
 * streams, callbacks, signals. When a process dies, calls that ran in it fail with CRASHED, those that are `idempotent` are
 * sent again, and those that wait go to the next one. When the kernel ends, all fail with STOPPED;
 * when its token is revoked or expires, with UNAUTHENTICATED.
 */
export class ConnectedKernel {
  readonly name: string;
  /** Of the process that the kernel runs in. */
  readonly pid: number;
  /** The path of its front door. */
  readonly socket: string;
  /**
   * As `Kernel.events`, without the lines that isolates write: those are read by `logs()`. A program that lets more than 1,024
   * events wait, because it is busy, misses some.
   */
  readonly events: KernelEventSource;
  readonly #client: KernelClient;
  readonly #events: RemoteEvents;
  readonly #names: readonly string[];
  readonly #isolates = new Map<string, RemoteIsolate>();
  readonly #dashboards = new Dashboards();
  #over: Over | undefined;

  /** As `Kernel.connect`. */
  static async connect(nameOrSocket: string, options: ConnectOptions = {}): Promise<ConnectedKernel> {
    const { token } = ownOptions("connect options", options, ["token"]) as ConnectOptions;
    const address = findKernel(nameOrSocket, token);
    const client = new KernelClient(address.socket, address.token);
    let kernel: ConnectedKernel | undefined;
    const events = new RemoteEvents(client, (error) => {
      if (kernel !== undefined) kernel.#gone(error);
    });
    try {
      await keepAlive.during(events.start());
      const { kernel: name, pid, isolates } = await client.unary("List", REQUESTS.List, { withStatus: false });
      const facts = { name, pid, isolates: isolates.map((one) => one.name) };
      kernel = new ConnectedKernel(client, events, facts, FROM_CONNECT);
      return kernel;
    } catch (error) {
      events.stop();
      client.close();
      throw error;
    }
  }

  private constructor(client: KernelClient, events: RemoteEvents, facts: KernelFacts, caller: typeof FROM_CONNECT) {
    if (caller !== FROM_CONNECT)
      throw new IsolationError("INVALID_OPTION", "use await Kernel.connect(nameOrSocket), not new ConnectedKernel()");
    this.name = facts.name;
    this.pid = facts.pid;
    this.socket = client.socket;
    this.events = events.source;
    this.#client = client;
    this.#events = events;
    this.#names = facts.isolates;
  }

  /**
   * The isolate of this name, as `Kernel.isolate`.
   *
   * @param options of every call through this handle
   * @throws IsolationError INVALID_OPTION for a name that the kernel does not have
   */
  isolate<T>(name: string, options?: CallOptions): ConnectedIsolate<T> {
    const remote = this.#isolate(name);
    const bind = remote.calls.binder(options);
    const api = createRemote<T>(name, (path) => {
      const run: BoundCall = bind(name, path);
      const call = (...args: unknown[]): Promise<unknown> => run(args, call);
      return call;
    });
    return { name, api };
  }

  /** All isolates, in the order of start, as they are now. */
  async list(): Promise<IsolateSummary[]> {
    const { isolates } = await this.#client.unary("List", REQUESTS.List, { withStatus: false });
    return isolates.map(summaryOfMessage);
  }

  /** As `Kernel.start`; resolves with the isolate as it is then. */
  start(name: string): Promise<IsolateSummary> {
    return summaryIn(this.#client.unary("Start", REQUESTS.Start, { isolate: name }));
  }

  /** As `Kernel.stop`; resolves with the isolate as it is then. */
  stop(name: string, { reason = "" }: { reason?: string } = {}): Promise<IsolateSummary> {
    return summaryIn(this.#client.unary("Stop", REQUESTS.Stop, { isolate: name, reason }));
  }

  /** As `Kernel.restart`; resolves with the isolate as it is then. */
  restart(name: string): Promise<IsolateSummary> {
    return summaryIn(this.#client.unary("Restart", REQUESTS.Restart, { isolate: name }));
  }

  /**
   * As `Kernel.replace`; resolves with the isolate as it is then.
   *
   * @param replacement a path in `module` is relative to the manifest's folder, as there
   */
  replace(name: string, { module }: { module: string | URL }): Promise<IsolateSummary> {
    return summaryIn(this.#client.unary("Replace", REQUESTS.Replace, { isolate: name, module: String(module) }));
  }

  /**
   * The last lines that isolates wrote, and with `follow` those to come, until the kernel ends, the signal is aborted or
   * nobody reads on. A reader that is too slow for it misses lines.
   *
   * @throws IsolationError INVALID_OPTION for a name that the kernel does not have
   */
  async *logs(options: LogsOptions = {}): AsyncGenerator<KernelLogRecord, void, undefined> {
    const { isolates = [], tail, follow = false, signal } = options;
    const request = { isolates: [...isolates], tail, follow, structured: false };
    const messages = await this.#client.stream("Logs", REQUESTS.Logs, request, { signal });
    for await (const { lines } of messages) yield* lines.map((line) => toLogRecord(logLineOf(line)));
  }

  /** As `Kernel.dashboard`, served by this program; it ends with the connection. */
  async dashboard(options: DashboardOptions = {}): Promise<Dashboard> {
    if (this.#over !== undefined) throw new IsolationError(this.#over.code, this.#over.why);
    const dashboard = await this.#dashboards.open(this.#client, options);
    if (this.#over !== undefined) await dashboard.close();
    return dashboard;
  }

  /** Ends the kernel in order; resolves when it is stopping. The event `stopped` says when it has. */
  async shutdown({ reason = "", graceMs }: { reason?: string; graceMs?: number } = {}): Promise<void> {
    const grace = graceMs === undefined ? undefined : toDuration(graceMs);
    await this.#client.unary("Shutdown", REQUESTS.Shutdown, { reason, grace });
  }

  /** Ends the connection; the kernel goes on. Calls that have not settled fail with STOPPED. */
  async close(): Promise<void> {
    await this.#dashboards.end("close");
    this.#end({ code: "STOPPED", why: "the connection to the kernel was closed" });
  }

  /** `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #isolate(name: string): RemoteIsolate {
    if (!this.#names.includes(name)) throw unknownIsolate(this.name, name, this.#names);
    const isolate = this.#isolates.get(name) ?? new RemoteIsolate(name, this.#client);
    this.#isolates.set(name, isolate);
    if (this.#over !== undefined) closeIsolate(isolate, this.#over);
    return isolate;
  }

  #gone(error: unknown): void {
    if (IsolationError.is(error, "UNAUTHENTICATED"))
      this.#end({ code: "UNAUTHENTICATED", why: `the token for the kernel ${this.name} was revoked, or has expired` });
    else this.#end({ code: "STOPPED", why: `the kernel ${this.name} has ended` });
  }

  #end(over: Over): void {
    this.#over ??= over;
    this.#events.stop();
    for (const isolate of this.#isolates.values()) closeIsolate(isolate, over);
    // They have yet to read from the kernel that it has ended.
    if (this.#dashboards.isEmpty) this.#client.close();
    else void this.#dashboards.end("drain").then(() => this.#client.close());
  }
}

function closeIsolate(isolate: RemoteIsolate, { code, why }: Over): void {
  isolate.close(() => new IsolationError(code, why, { facts: { isolate: isolate.name } }));
}
