import { randomBytes } from "node:crypto";
import type { Capabilities } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { isAlive } from "../platform/index.js";
import { type ExitOutcome, type HostProcess, type Inspection, toExitOutcome } from "../process/index.js";
import type { ProcessSession } from "../session/index.js";
import { EndRecord } from "./end-record.js";
import type { Generation, GenerationSpec } from "./generation.js";
import type { GenerationResources } from "./generation-resources.js";
import { tellGeneration } from "./host-requests.js";

/** How long a process may go on once it has closed its connection, as one does that ends, in milliseconds. */
const LOST_CONNECTION_MS = 200;

/** A generation from the moment in which its process runs until nothing of it is left. */
export class SpawnedGeneration implements Generation {
  number: number;
  readonly wasSpare: boolean;
  readonly inspection: Inspection;
  readonly token = randomBytes(32).toString("hex");
  /** Known once it has said whether it serves a socket. */
  address = "";
  readonly process: HostProcess;
  readonly outcome: Promise<ExitOutcome>;
  readonly gone: Promise<void>;
  readonly end = new EndRecord();
  shutdownAccepted = false;
  readonly #resources: GenerationResources;
  readonly #publish: GenerationSpec["publish"];
  #session: ProcessSession | undefined;
  #capabilities: Capabilities | undefined;
  #isReady = false;

  constructor(
    number: number,
    child: HostProcess,
    inspection: Inspection,
    resources: GenerationResources,
    publish: GenerationSpec["publish"],
  ) {
    this.inspection = inspection;
    this.number = number;
    this.wasSpare = number === 0;
    this.process = child;
    this.#resources = resources;
    this.#publish = publish;
    this.outcome = this.#settle();
    this.gone = Promise.all([this.outcome, child.gone]).then(() => resources.release());
  }

  /** There is none before it is connected. */
  get session(): ProcessSession {
    if (this.#session === undefined) throw new Error("the generation has not started");
    return this.#session;
  }

  get capabilities(): Capabilities {
    if (this.#capabilities === undefined) throw new Error("the generation has not started");
    return this.#capabilities;
  }

  get pid(): number {
    return this.process.pid;
  }

  get startedAt(): number {
    return this.process.startedAt;
  }

  get isOver(): boolean {
    const { innerPid } = this.process;
    return innerPid === undefined || !isAlive(innerPid);
  }

  connected(session: ProcessSession, capabilities: Capabilities): void {
    this.#session = session;
    this.#capabilities = capabilities;
  }

  /** Its process has started: what it runs from now on is the user's. */
  markReady(): void {
    this.#isReady = true;
    this.process.markReady();
  }

  adopt(number: number): void {
    if (this.number === number) return;
    this.number = number;
    // One that cannot hear of it is never a spare; what replaces another goes on as the number 0 of its `go`.
    if (this.capabilities.features.has("standby")) void tellGeneration(this.session, number).catch(() => {});
  }

  publish(): void {
    this.#publish(this);
  }

  /** The process itself says that somebody asked it to shut down. */
  acceptedShutdown(): void {
    this.shutdownAccepted = true;
    this.end.claims("requested");
  }

  /** A process that ends closes its connection first; one that goes on without has left the contract. */
  connectionLost(error: IsolationError | undefined): void {
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

  /** It broke the contract of the handshake. Before it is ready, the start itself fails with this error and ends it. */
  handshakeBroken(error: IsolationError): void {
    if (this.#isReady) this.#breach(error);
  }

  /** Nothing that it says can be trusted any more, so it is not asked. */
  #breach(cause: IsolationError): void {
    this.shutdownAccepted = false;
    this.end.because("protocol", { cause });
    this.end.markForced();
    void this.process.killTree("SIGKILL");
  }

  async #settle(): Promise<ExitOutcome> {
    const child = this.process;
    const exit = await child.exited;
    const uptimeMs = Math.round(performance.now() - child.startedAt);
    const verdict = child.limitVerdict(exit);
    const diagnosticFiles = await this.#resources.collect();
    return toExitOutcome(exit, {
      reason: this.end.reason ?? (this.#isReady ? undefined : "start-failed"),
      isStartGivenUp: this.end.reason === "start-failed",
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
