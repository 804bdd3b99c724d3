import { openSession } from "../channel/index.js";
import type { Capabilities, Go } from "../contract/index.js";
import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { sweepOnce } from "../platform/index.js";
import { type ExitOutcome, type Inspection, shakeHands } from "../process/index.js";
import { type ProcessSession, takenBy } from "../session/index.js";
import { answerHello } from "./answer-hello.js";
import type { Generation, GenerationIdentity, GenerationSpec } from "./generation.js";
import { type GenerationLaunch, GenerationResources } from "./generation-resources.js";
import { explainHidden } from "./hidden-at-start.js";
import { hostFunctions } from "./host-functions.js";
import { SpawnedGeneration } from "./spawned-generation.js";
import { StartFailure, toStartError } from "./start-failure.js";

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
  const start = new GenerationStart(spec, identity, facts);
  try {
    return await start.run(signal);
  } catch (error) {
    const outcome = await start.discard();
    throw new StartFailure(explainHidden(toStartError(error, facts), spec.confinement), outcome);
  }
}

interface Connected {
  readonly session: ProcessSession;
  readonly capabilities: Capabilities;
}

/** One attempt. */
class GenerationStart {
  readonly #spec: GenerationSpec;
  readonly #number: number;
  readonly #facts: IsolationFacts;
  readonly #resources: GenerationResources;
  readonly #inspection: Inspection;
  #spawned: SpawnedGeneration | undefined;

  constructor(spec: GenerationSpec, { serial, number }: GenerationIdentity, facts: IsolationFacts) {
    this.#spec = spec;
    this.#number = number;
    this.#facts = facts;
    this.#inspection = spec.inspection();
    this.#resources = new GenerationResources(spec, serial, this.#inspection);
  }

  async run(signal: AbortSignal): Promise<Generation> {
    const deadline = performance.now() + this.#spec.startTimeoutMs;
    const launch = await this.#resources.acquire();
    const generation = await this.#spawn(launch);
    const { session, capabilities } = await this.#shakeHands(generation, launch, deadline, signal);
    generation.connected(session, capabilities);
    if (signal.aborted) throw new IsolationError("CANCELLED", "the start was cancelled", { facts: this.#facts });
    generation.markReady();
    void sweepOnce();
    return generation;
  }

  /** Ends what a failed start has brought about. */
  async discard(): Promise<ExitOutcome | undefined> {
    this.#resources.closeDescriptors();
    const spawned = this.#spawned;
    if (spawned === undefined) {
      await this.#resources.collect();
      await this.#resources.release();
      return undefined;
    }
    spawned.end.because("start-failed");
    await spawned.process.killTree("SIGKILL");
    await spawned.gone;
    return spawned.outcome;
  }

  async #spawn(launch: GenerationLaunch): Promise<SpawnedGeneration> {
    const { process: spec, startProcess, publish } = this.#spec;
    // It may be heard of before it is known here.
    const number = (): number => this.#spawned?.number ?? this.#number;
    const pid = (): number => this.#spawned?.pid ?? 0;
    const child = await startProcess({
      ...spec,
      ...launch.process,
      onLine: (stream, line) => this.#spec.onLine(number(), pid(), stream, line),
      onLimit: (breach) => this.#spec.onLimit(number(), pid(), breach),
    });
    const spawned = new SpawnedGeneration(this.#number, child, this.#inspection, this.#resources, publish);
    this.#spawned = spawned;
    this.#resources.closeDescriptors();
    return spawned;
  }

  #shakeHands(
    generation: SpawnedGeneration,
    launch: GenerationLaunch,
    deadline: number,
    signal: AbortSignal,
  ): Promise<Connected> {
    const { startTimeoutMs, onDebugger } = this.#spec;
    const { pid, process: child } = generation;
    let go: Go | undefined;
    return shakeHands(child, {
      answer: (greeting) => {
        go = answerHello(greeting, this.#spec, launch, generation);
        generation.address = go.address;
        return go;
      },
      timeoutMs: startTimeoutMs,
      doubt: doubtOf(this.#spec),
      signal,
      facts: this.#facts,
      onDebugger: (url) => onDebugger(this.#number, pid, url, this.#inspection),
      onStopping: () => generation.acceptedShutdown(),
      onBreach: (error) => generation.handshakeBroken(error),
      connect: async ({ capabilities }) => {
        await this.#resources.holdDiagnostics(child.innerPid);
        return { session: await this.#openSession(generation, capabilities, go as Go, deadline), capabilities };
      },
    });
  }

  #openSession(
    generation: SpawnedGeneration,
    capabilities: Capabilities,
    { address, sessionOnDescriptor, sharedMemory }: Go,
    deadline: number,
  ): Promise<ProcessSession> {
    const { token, process: child } = generation;
    const { recorder } = this.#spec;
    const about = { generation: this.#number, pid: child.pid };
    // The start's own timeout comes first, and tells more.
    const timeoutMs = Math.max(1, deadline - performance.now()) + 1_000;
    return openSession(
      {
        descriptor: sessionOnDescriptor ? child.sessionSocket : undefined,
        address,
        token,
        timeoutMs,
        speaksSession: capabilities.features.has("session"),
        tap: recorder && ((lane) => recorder.tap(lane, generation, about)),
      },
      {
        handler: hostFunctions((name, value) => this.#spec.onData(generation, name, value), this.#spec.serve),
        sharedMemory: sharedMemory === "" ? undefined : { folder: sharedMemory, ownPrefix: "h", peerPrefix: "p" },
        takes: takenBy(capabilities),
        onLost: (error) => generation.connectionLost(error),
        onDrain: () => this.#spec.onDrain(),
        hold: this.#spec.hold,
        maxPayloadBytes: this.#spec.maxPayloadBytes,
        budget: this.#spec.budget,
      },
    );
  }
}

/** A program that takes no script, as an application has, runs and says nothing. */
function doubtOf({ runtime, process: { execPath } }: GenerationSpec): string | undefined {
  if (runtime === "command") return `does ${JSON.stringify(execPath)} speak the handshake on descriptor 3?`;
  return execPath === process.execPath ? undefined : `execPath must be a Node.js: is ${JSON.stringify(execPath)} one?`;
}
