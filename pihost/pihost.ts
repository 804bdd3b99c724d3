import { type Go, HOST_MODULE, JOB_MODULE, type ModuleExport, PIHOST_EXIT } from "../src/contract/index.js";
import { IsolationError, type IsolationErrorCode } from "../src/errors/index.js";
import { timerDelay } from "../src/platform/longest-timer.js";
import {
  type Callee,
  type CallHandler,
  type IncomingCall,
  type Lane,
  quiet,
  Session,
  type SharedMemory,
  UNBOUNDED,
} from "../src/session/index.js";
import { CallLedger } from "./call-ledger.js";
import { nameCallee } from "./current-call.js";
import { openInspector } from "./debugging.js";
import { EventLoopLag } from "./event-loop-lag.js";
import { createHostModule } from "./host-module.js";
import { IsolateData } from "./isolate-data.js";
import { JobModule } from "./jobs/index.js";
import { type Listener, listen } from "./listener.js";
import { ModuleLifecycle } from "./module-lifecycle.js";
import { createModuleLoader, type LoadedModule, type ModuleLoader } from "./modules/index.js";
import { ownProcess } from "./own-process.js";
import { runCounted } from "./run-counted.js";
import { ServiceHost } from "./service-host.js";
import type { ServedServices } from "./services/index.js";
import type { Surroundings } from "./surroundings.js";
import { Uses } from "./uses.js";

/** What running calls get after the death of the host, in milliseconds; the host's reaper waits a little longer. */
const HOST_GONE_GRACE_MS = 150;

/** What the last answers get to leave, in milliseconds, when their reader is slow. */
const FLUSH_MS = 2_000;

/** The function of the host that keeps the isolate's data. */
const STORE = { kind: "module", module: HOST_MODULE, method: "setData" } as const;

/** What the process tells whoever started it. */
export interface PihostListener {
  /** A Shutdown request was accepted. */
  onStopping(reason: string): void;
  /** A debugger may attach; the first module is loaded once it has. */
  onDebugger(url: string): void;
}

/** The isolated process: loads modules, runs calls, keeps data, and ends in order. */
export class Pihost implements CallHandler {
  readonly isolate: string;
  readonly token: string;
  readonly ledger = new CallLedger();
  readonly lag = new EventLoopLag();
  readonly data = new IsolateData();
  readonly #lifecycle: ModuleLifecycle;
  readonly #listener: PihostListener;
  readonly #surroundings: Surroundings;
  readonly #loader: ModuleLoader;
  readonly #sharedMemory: SharedMemory | undefined;
  readonly #sessions = new Set<Session>();
  readonly #uses = new Uses();
  readonly #services = new ServiceHost(this, (name) => this.#loadStarted(name));
  readonly #hostModule = createHostModule(this);
  readonly #jobModule = new JobModule((name) => this.#loadStarted(name, "MODULE_FAILED"));
  #server: Listener | undefined;
  #generation: number;
  #draining = false;
  #awaitsHost = false;
  #onDraining: (() => void)[] = [];

  constructor(go: Go, listener: PihostListener, surroundings = ownProcess(go)) {
    const { isolate, generation, token, from, sharedMemory, integrity } = go;
    this.isolate = isolate;
    this.#generation = generation;
    this.token = token;
    this.#listener = listener;
    this.#surroundings = surroundings;
    this.#sharedMemory = sharedMemory === "" ? undefined : { folder: sharedMemory, ownPrefix: "p", peerPrefix: "h" };
    this.#loader = createModuleLoader({ from, integrity, ...surroundings.loading });
    this.#lifecycle = new ModuleLifecycle(go.lifecycleOfAll || go.lifecycle, (name) => this.#loader.urlOf(name));
    surroundings.offer({ data: this.data, use: (target, options) => this.#uses.proxyOf(target, options) });
    if (go.debug || go.inspect) listener.onDebugger(openInspector());
    // What has been answered reaches the caller, even when a module ends the process in the same turn.
    surroundings.onExit(() => this.#flush());
  }

  /** 0 while this process is a spare. */
  get generation(): number {
    return this.#generation;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Serves the contract; resolves when connections are accepted. */
  async serve({ address, listeningDescriptor }: Pick<Go, "address" | "listeningDescriptor">): Promise<void> {
    this.#server = await listen(listeningDescriptor === 0 ? address : { fd: listeningDescriptor }, this);
  }

  /** Speaks Session on a lane until that closes. Shared memory is only for the host that gave us the folder. */
  openSession(lane: Lane, { withSharedMemory }: { withSharedMemory: boolean }): Session {
    const session: Session = new Session(lane, {
      handler: this,
      sharedMemory: withSharedMemory ? this.#sharedMemory : undefined,
      // Whoever has the token may have anything run here.
      budget: UNBOUNDED,
      maxPayloadBytes: Number.POSITIVE_INFINITY,
      onLost: (error) => {
        this.#sessions.delete(session);
        session.close(error ?? new IsolationError("STOPPED", "the other side has closed the session"));
      },
    });
    this.#sessions.add(session);
    if (this.#awaitsHost) this.#hostSpeaksOn(session);
    return session;
  }

  /** Speaks Session with the host itself, on what only the host has the other end of. */
  openHostSession(lane: Lane): void {
    this.#hostSpeaksOn(this.openSession(lane, { withSharedMemory: true }));
  }

  /** The first Session on the socket will be the host's: nobody else has the token by then. */
  awaitHostSession(): void {
    this.#awaitsHost = true;
  }

  /** The process was a spare and is now the generation of this number. */
  takeOver(generation: number): void {
    this.#generation = generation;
  }

  /** Loads modules before anybody calls them; what fails will fail again, and be told, when it is called. */
  async preload(modules: readonly string[]): Promise<void> {
    await Promise.allSettled(modules.map((module) => this.#loader.load(module)));
  }

  /** Loads modules, and runs their `start()`, before anybody calls them. Rejects with what the first one failed with. */
  async activate(modules: readonly string[]): Promise<void> {
    for (const name of modules) await this.#loadStarted(name);
  }

  /** Serves services that a module implements on the socket. */
  serveServices(request: unknown): Promise<ServedServices> {
    return this.#services.serve(this.#server, request, this.#loader.directory);
  }

  /** The host tells what this process may hand on to others, of what it lets it use. */
  mayHandOn(targets: readonly string[]): void {
    this.#uses.handedOn = new Set(targets);
  }

  /** What a module exports. */
  async exportsOf(module: string): Promise<ModuleExport[]> {
    return (await this.#loader.load(module)).describe();
  }

  /** The function that an export path stands for. */
  resolve(module: string, method: string): Callee | Promise<Callee> {
    if (module === HOST_MODULE) return this.#hostModule.method(method);
    if (module === JOB_MODULE) return this.#jobModule.method(method);
    const name = { isolate: this.isolate, module, method };
    return this.#loader.load(module).then((loaded) => {
      const starting = this.#lifecycle.start(loaded);
      const find = (): Callee => nameCallee(loaded.method(method), name);
      return starting === undefined ? find() : starting.then(find);
    });
  }

  /** Runs one call and keeps count of it. */
  run(callee: Callee | Promise<Callee>, args: readonly unknown[], call: IncomingCall): unknown {
    if (typeof callee === "function" && this.#hostModule.owns(callee)) return callee(...args);
    if (this.#draining) {
      // Nobody waits for the module of a call that is refused.
      if (typeof callee !== "function") quiet(callee);
      // Unlike what signals of running calls tell: whoever made the call may make it elsewhere.
      throw new IsolationError("STOPPED", `${this.isolate} is shutting down`, { facts: { attempts: 0 } });
    }
    return runCounted(this.ledger, call, callee, args);
  }

  /** Runs the callback once, when the process drains. Returns how to forget it. */
  onDraining(callback: () => void): () => void {
    this.#onDraining.push(callback);
    return () => {
      this.#onDraining = this.#onDraining.filter((other) => other !== callback);
    };
  }

  /**
   * Refuses new calls, gives running ones `graceMs`, then ends the process. Idempotent; the first request decides.
   *
   * @param stopAfterMs how long `stop()` of the modules waits for calls that do not end; default: half of the grace
   */
  shutdown(reason: string, graceMs: number, stopAfterMs = graceMs / 2): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#listener.onStopping(reason);
    for (const notify of this.#onDraining.splice(0)) notify();
    const stopped = new IsolationError("STOPPED", `${this.isolate} is shutting down`);
    for (const session of this.#sessions) session.drain(stopped);
    void this.#end(graceMs, stopAfterMs);
  }

  /** The host is gone: nobody waits for anything here. Running calls get a moment to clean up, not more. */
  endWithHost(): void {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 2 * HOST_GONE_GRACE_MS);
    this.shutdown("the host is gone", HOST_GONE_GRACE_MS);
  }

  /** It is over at once, in a process that goes on: whatever still runs here has nobody who waits for it. */
  abandon(): void {
    this.#draining = true;
    for (const session of this.#sessions) session.close(new IsolationError("STOPPED", `${this.isolate} has ended`));
    this.#sessions.clear();
  }

  /** The host keeps the isolate's data. */
  #hostSpeaksOn(session: Session): void {
    this.#awaitsHost = false;
    this.#uses.speakOn(session);
    this.data.tellHost = (name, value) =>
      new Promise((resolve, reject) => {
        session.call(STORE, [name, value], { resolve, reject, lost: reject });
      });
  }

  async #loadStarted(name: string, code: IsolationErrorCode = "START_FAILED"): Promise<LoadedModule> {
    const loaded = await this.#loader.load(name);
    await this.#lifecycle.start(loaded, code);
    return loaded;
  }

  #flush(): void {
    for (const session of this.#sessions) session.flush();
  }

  /** Resolves when no call runs, and what they came to is read or sent but for its last part. */
  async #answered(): Promise<void> {
    await this.ledger.idle();
    const answered = [...this.#sessions].map((session) => session.streamsOver().then(() => session.uploaded()));
    await Promise.all(answered);
  }

  /** The modules stop when no call runs any more. Calls that do not end by themselves may need just that to end. */
  async #drain(stopAfterMs: number): Promise<void> {
    await Promise.race([this.#answered(), new Promise((resolve) => setTimeout(resolve, timerDelay(stopAfterMs)))]);
    await this.#lifecycle.stop();
    await this.#answered();
  }

  async #end(graceMs: number, stopAfterMs: number): Promise<void> {
    await Promise.race([this.#drain(stopAfterMs), new Promise((resolve) => setTimeout(resolve, timerDelay(graceMs)))]);
    // The answers of the last calls are made by promise jobs that have yet to run.
    await new Promise((resolve) => setImmediate(resolve));
    this.#flush();
    const flushed = Promise.all([...this.#sessions, this.#services].map((session) => session.flushed()));
    await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
    await this.#server?.close();
    this.#surroundings.exit(PIHOST_EXIT.done);
  }
}
