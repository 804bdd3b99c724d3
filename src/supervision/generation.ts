import { randomBytes } from "node:crypto";
import { unlinkSync } from "node:fs";
import { HostChannel } from "../channel/index.js";
import { type ExitReason, IsolationError, type IsolationFacts } from "../errors/index.js";
import { hostDirectory, socketAddress } from "../platform/index.js";
import {
  type ExitOutcome,
  type HostProcess,
  type OutputLine,
  type ProcessSpec,
  type StartProcess,
  shakeHands,
  toExitOutcome,
} from "../process/index.js";

/** How long a process may go on once its connection is lost. */
const LOST_CONNECTION_MS = 200;

/** What is the same for all generations of one isolator. */
export interface GenerationSpec {
  /** The isolate's name. */
  readonly isolate: string;
  /** Unique among the isolators of this host process. */
  readonly isolatorId: number;
  readonly process: Omit<ProcessSpec, "onLine">;
  /** Where module names are resolved: a folder, or a file URL. */
  readonly from: string;
  readonly debug: boolean;
  readonly startTimeoutMs: number;
  readonly startProcess: StartProcess;
  readonly onLine: (generation: number, pid: number, stream: "stdout" | "stderr", line: OutputLine) => void;
  readonly onDebugger: (generation: number, pid: number, url: string) => void;
  /** Brings the new process to where its predecessor was, before any call. */
  readonly prepare: (channel: HostChannel) => Promise<void>;
}

/** One process from its handshake to its end, and the channel to it. */
export interface Generation {
  readonly number: number;
  readonly pid: number;
  readonly address: string;
  readonly token: string;
  readonly startedAt: number;
  readonly process: HostProcess;
  readonly channel: HostChannel;
  /** Resolves when the process and all it left behind are gone. Never rejects. */
  readonly outcome: Promise<ExitOutcome>;
  /** Set when the process itself said that somebody asked it to shut down. */
  readonly shutdownAccepted: boolean;
  /** Says why the process is about to end. The first one wins. */
  endBecause(reason: ExitReason): void;
  /** Says that asking was not enough. */
  markForced(): void;
  /** The connection broke: the process ends by itself, or is ended, and `outcome` tells the story. */
  connectionLost(): void;
}

/** A start that failed, with how the process ended where there was one. */
export class StartFailure extends Error {
  readonly error: IsolationError;
  readonly outcome: ExitOutcome | undefined;

  constructor(error: IsolationError, outcome: ExitOutcome | undefined) {
    super(error.message, { cause: error });
    this.error = error;
    this.outcome = outcome;
  }
}

/**
 * Starts a process, shakes hands, connects, prepares.
 *
 * @throws StartFailure; nothing of the attempt is left then
 */
export async function startGeneration(spec: GenerationSpec, number: number, signal: AbortSignal): Promise<Generation> {
  const facts: IsolationFacts = { isolate: spec.isolate, generation: number };
  const starting = new StartingGeneration(spec, number, facts);
  try {
    return await starting.start(signal);
  } catch (error) {
    const outcome = await starting.discard();
    throw new StartFailure(toStartError(error, facts), outcome);
  }
}

function toStartError(error: unknown, facts: IsolationFacts): IsolationError {
  if (IsolationError.is(error)) return error;
  const message = `the process could not be started: ${error instanceof Error ? error.message : String(error)}`;
  return new IsolationError("START_FAILED", message, { cause: error, facts: { ...facts, reason: "start-failed" } });
}

class StartingGeneration implements Generation {
  readonly number: number;
  readonly token = randomBytes(32).toString("hex");
  readonly address: string;
  shutdownAccepted = false;
  readonly #spec: GenerationSpec;
  readonly #facts: IsolationFacts;
  #process: HostProcess | undefined;
  #channel: HostChannel | undefined;
  #outcome: Promise<ExitOutcome> | undefined;
  #reason: ExitReason | undefined;
  #forced = false;

  constructor(spec: GenerationSpec, number: number, facts: IsolationFacts) {
    this.#spec = spec;
    this.number = number;
    this.#facts = facts;
    this.address = socketAddress(hostDirectory(), `${spec.isolatorId}-${number}`);
  }

  get process(): HostProcess {
    return started(this.#process);
  }

  get channel(): HostChannel {
    return started(this.#channel);
  }

  get outcome(): Promise<ExitOutcome> {
    return started(this.#outcome);
  }

  get pid(): number {
    return this.process.pid;
  }

  get startedAt(): number {
    return this.process.startedAt;
  }

  async start(signal: AbortSignal): Promise<Generation> {
    const { isolate, from, debug, startTimeoutMs, process: spec, startProcess, prepare } = this.#spec;
    const deadline = performance.now() + startTimeoutMs;
    let pid = 0;
    this.#process = await startProcess({
      ...spec,
      onLine: (stream, line) => this.#spec.onLine(this.number, pid, stream, line),
    });
    pid = this.#process.pid;
    this.#outcome = this.#settle(this.#process);
    await shakeHands(this.#process, {
      go: { token: this.token, address: this.address, isolate, generation: this.number, from, debug },
      timeoutMs: startTimeoutMs,
      signal,
      facts: this.#facts,
      onDebugger: (url) => this.#spec.onDebugger(this.number, pid, url),
      onStopping: () => {
        this.shutdownAccepted = true;
        this.endBecause("requested");
      },
    });
    this.#channel = await HostChannel.connect(this.address, this.token, Math.max(1, deadline - performance.now()));
    await prepare(this.#channel);
    if (signal.aborted) throw new IsolationError("CANCELLED", "the start was cancelled", { facts: this.#facts });
    return this;
  }

  /** Ends what a failed start has brought about. */
  async discard(): Promise<ExitOutcome | undefined> {
    if (this.#process === undefined) return undefined;
    this.endBecause("start-failed");
    await this.#process.killTree("SIGKILL");
    return this.#outcome;
  }

  endBecause(reason: ExitReason): void {
    this.#reason ??= reason;
  }

  markForced(): void {
    this.#forced = true;
  }

  connectionLost(): void {
    const timer = setTimeout(() => void this.process.killTree("SIGKILL"), LOST_CONNECTION_MS);
    timer.unref();
    void this.process.ended.then(() => clearTimeout(timer));
  }

  async #settle(child: HostProcess): Promise<ExitOutcome> {
    const exit = await child.exited;
    const uptimeMs = Math.round(performance.now() - child.startedAt);
    this.#channel?.close();
    removeSocket(this.address);
    return toExitOutcome(exit, {
      reason: this.#reason,
      forced: this.#forced,
      stderrTail: child.stderrTail(),
      uptimeMs,
    });
  }
}

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the generation has not started");
  return value;
}

/** A killed process leaves its socket file behind; a Windows pipe has none. */
function removeSocket(address: string): void {
  try {
    unlinkSync(address);
  } catch {
    // Gone already, or never made.
  }
}
