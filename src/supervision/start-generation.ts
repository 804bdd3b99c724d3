import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { openSession } from "../channel/index.js";
import type { Hello } from "../contract/index.js";
import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { type HandedListener, handedListener, hostReaper, isAlive, sweepOnce } from "../platform/index.js";
import { type ExitOutcome, type HostProcess, shakeHands, toExitOutcome } from "../process/index.js";
import { confine, type HandedExecutable, handExecutable, isConfined, strayDescriptors } from "../sandbox/index.js";
import type { Session } from "../session/index.js";
import { EndRecord } from "./end-record.js";
import type { Generation, GenerationIdentity, GenerationSpec } from "./generation.js";
import { GenerationDiagnostics } from "./generation-diagnostics.js";
import { GenerationFolders } from "./generation-folders.js";
import { tellGeneration } from "./host-requests.js";
import { NO_MODULES } from "./no-modules.js";
import { StartFailure, toStartError } from "./start-failure.js";

/** How long a process may go on once it has closed its connection, as one does that ends, in milliseconds. */
const LOST_CONNECTION_MS = 200;

/**
 * Starts a process, shakes hands, connects, prepares.
 *
 * @throws StartFailure; nothing of the attempt is left then
 */
export async function startGeneration(
  spec: GenerationSpec,
  identity: GenerationIdentity,
  signal: AbortSignal,
): Promise<Generation> {
  const facts: IsolationFacts = { isolate: spec.isolate, generation: identity.number };
  const starting = new StartingGeneration(spec, identity, facts);
  try {
    return await starting.start(signal);
  } catch (error) {
    const outcome = await starting.discard();
    throw new StartFailure(toStartError(error, facts), outcome);
  }
}

/** Ends a generation that nobody wants; resolves with the error that says so, once it is gone. */
export async function discardGeneration(generation: Generation): Promise<StartFailure> {
  const error = new IsolationError("CANCELLED", "the process is not wanted any more");
  generation.end.because("requested");
  await generation.process.killTree("SIGKILL");
  const outcome = await generation.outcome;
  generation.session.close(error);
  await generation.gone;
  return new StartFailure(error, outcome);
}

/** The descriptor after those that every process gets. */
const FIRST_INHERITED = 5;

class StartingGeneration implements Generation {
  number: number;
  readonly #serial: number;
  readonly token = randomBytes(32).toString("hex");
  shutdownAccepted = false;
  readonly #spec: GenerationSpec;
  readonly #facts: IsolationFacts;
  #process: HostProcess | undefined;
  #session: Session | undefined;
  #folders: GenerationFolders | undefined;
  #diagnostics: GenerationDiagnostics | undefined;
  #handed: HandedExecutable | undefined;
  #listener: HandedListener | undefined;
  #outcome: Promise<ExitOutcome> | undefined;
  #gone: Promise<void> | undefined;
  readonly end = new EndRecord();
  #isStarted = false;

  constructor(spec: GenerationSpec, { serial, number }: GenerationIdentity, facts: IsolationFacts) {
    this.#spec = spec;
    this.#serial = serial;
    this.number = number;
    this.#facts = facts;
  }

  get address(): string {
    return started(this.#folders).address;
  }

  get process(): HostProcess {
    return started(this.#process);
  }

  get session(): Session {
    return started(this.#session);
  }

  get outcome(): Promise<ExitOutcome> {
    return started(this.#outcome);
  }

  get gone(): Promise<void> {
    return started(this.#gone);
  }

  get pid(): number {
    return this.process.pid;
  }

  get startedAt(): number {
    return this.process.startedAt;
  }

  async start(signal: AbortSignal): Promise<Generation> {
    const { isolate, from, debug, startTimeoutMs, process: spec, startProcess } = this.#spec;
    const deadline = performance.now() + startTimeoutMs;
    let pid = 0;
    const { confinement, isolatorId, diagnostics } = this.#spec;
    hostReaper().prepare();
    const folders = new GenerationFolders(isolatorId, this.#serial, confinement.identity === undefined);
    this.#folders = folders;
    const executable = dirname(spec.argv[0] ?? "");
    const { identity, sandbox } = confinement;
    const handed = handExecutable(executable, spec.execPath, identity, sandbox !== undefined);
    this.#handed = handed;
    const { script } = handed;
    if (diagnostics !== undefined) {
      this.#diagnostics = new GenerationDiagnostics(sandbox, diagnostics, {
        isolate,
        isolatorId,
        serial: this.#serial,
        identity,
      });
    }
    const confined = confine(confinement, spec, {
      executable,
      readable: folders.sharedMemory === undefined ? [] : [folders.sharedMemory.folder],
      diagnostics: this.#diagnostics?.folder.path,
      shared: folders.shared,
    });
    // Who is confined may write into none of the host's folders: what lies there is bounded by nothing.
    this.#listener = isConfined(confinement) && this.address !== "" ? await handedListener(this.address) : undefined;
    const listeningDescriptor = this.#listener === undefined ? 0 : FIRST_INHERITED;
    this.#process = await startProcess({
      ...spec,
      argv: script === undefined ? spec.argv : [script, ...spec.argv.slice(1)],
      inherits: this.#listener === undefined ? handed.descriptors : [this.#listener.descriptor],
      execArgv: [...handed.execArgv, ...(this.#diagnostics?.folder.execArgv ?? []), ...confined.execArgv],
      confined,
      onLine: (stream, line) => this.#spec.onLine(this.number, pid, stream, line),
      onLimit: (breach) => this.#spec.onLimit(this.number, pid, breach),
    });
    this.#listener?.close();
    handed.close();
    pid = this.#process.pid;
    this.#outcome = this.#settle(this.#process);
    this.#gone = Promise.all([this.#outcome, this.#process.gone]).then(() => this.#removeRest());
    const { token, address, number: generation } = this;
    const sharedMemory = folders.sharedMemory?.folder ?? "";
    const deniedPermissions = [...confined.denied];
    this.#session = await shakeHands(this.#process, {
      go: {
        token,
        address,
        isolate,
        generation,
        from,
        debug,
        sharedMemory,
        deniedPermissions,
        integrity: [...confinement.integrity],
        strayDescriptors: strayDescriptors(),
        sessionOnDescriptor: true,
        listeningDescriptor,
      },
      timeoutMs: startTimeoutMs,
      signal,
      facts: this.#facts,
      onDebugger: (url) => this.#spec.onDebugger(pid, url),
      onStopping: () => {
        this.shutdownAccepted = true;
        this.end.claims("requested");
      },
      onBreach: (error) => {
        // Before it is ready, the start itself fails with this error and ends it.
        if (this.#isStarted) this.#breach(error);
      },
      connect: async (hello) => {
        await this.#diagnostics?.hold(this.process.innerPid);
        return this.#openSession(hello, deadline);
      },
    });
    if (signal.aborted) throw new IsolationError("CANCELLED", "the start was cancelled", { facts: this.#facts });
    if (this.number > 0) this.#spec.publish(this);
    this.#isStarted = true;
    this.#process.markReady();
    void sweepOnce();
    return this;
  }

  #openSession({ sessionOnDescriptor, sharedMemory }: Hello, deadline: number): Promise<Session> {
    const descriptor = sessionOnDescriptor ? this.process.sessionSocket : undefined;
    // The start's own timeout comes first, and tells more.
    const timeoutMs = Math.max(1, deadline - performance.now()) + 1_000;
    return openSession(
      { descriptor, address: this.address, token: this.token, timeoutMs },
      {
        handler: NO_MODULES,
        sharedMemory: sharedMemory ? this.#folders?.sharedMemory : undefined,
        onLost: (error) => this.#connectionLost(error),
        onDrain: () => this.#spec.onDrain(),
        hold: this.#spec.hold,
        maxPayloadBytes: this.#spec.maxPayloadBytes,
        budget: this.#spec.budget,
      },
    );
  }

  /** Ends what a failed start has brought about. */
  async discard(): Promise<ExitOutcome | undefined> {
    this.#listener?.close();
    this.#handed?.close();
    if (this.#process === undefined) {
      void this.#folders?.remove();
      await this.#diagnostics?.collect();
      await this.#removeRest();
      return undefined;
    }
    this.end.because("start-failed");
    await this.#process.killTree("SIGKILL");
    await this.#gone;
    return this.#outcome;
  }

  adopt(number: number): void {
    this.number = number;
    this.#spec.publish(this);
    void tellGeneration(this.session, number).catch(() => {});
  }

  get isOver(): boolean {
    const { innerPid } = this.process;
    return innerPid === undefined || !isAlive(innerPid);
  }

  /** A process that ends closes its connection first; one that goes on without has left the contract. */
  #connectionLost(error: IsolationError | undefined): void {
    if (error !== undefined) {
      this.#breach(error);
      return;
    }
    const timer = setTimeout(() => {
      if (!this.isOver) this.#breach(new IsolationError("PROTOCOL", "the process closed its Session and went on"));
    }, LOST_CONNECTION_MS);
    timer.unref();
    void this.process.ended.then(() => clearTimeout(timer));
  }

  /** Nothing that it says can be trusted any more, so it is not asked. */
  #breach(cause: IsolationError): void {
    this.shutdownAccepted = false;
    this.end.because("protocol", { cause });
    this.end.markForced();
    void this.process.killTree("SIGKILL");
  }

  /** Nothing of the process is left that could write into its folders. */
  async #removeRest(): Promise<void> {
    await Promise.all([this.#folders?.remove(), this.#diagnostics?.close()]);
  }

  async #settle(child: HostProcess): Promise<ExitOutcome> {
    const exit = await child.exited;
    const uptimeMs = Math.round(performance.now() - child.startedAt);
    void this.#folders?.remove();
    const verdict = child.limitVerdict(exit);
    const diagnosticFiles = (await this.#diagnostics?.collect()) ?? [];
    return toExitOutcome(exit, {
      reason: this.end.reason ?? (this.#isStarted ? undefined : "start-failed"),
      cause: this.end.cause,
      verdict,
      heapIsFull: child.heapIsFull(exit),
      forced: this.end.forced,
      stderrTail: child.stderrTail(),
      uptimeMs,
      diagnosticFiles,
    });
  }
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the generation has not started");
  return value;
}
