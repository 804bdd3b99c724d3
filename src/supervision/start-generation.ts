import { openSession } from "../channel/index.js";
import type { Hello } from "../contract/index.js";
import { IsolationError, type IsolationFacts } from "../errors/index.js";
import { sweepOnce } from "../platform/index.js";
import { type ExitOutcome, shakeHands } from "../process/index.js";
import { strayDescriptors } from "../sandbox/index.js";
import type { Session } from "../session/index.js";
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

/** One attempt. */
class GenerationStart {
  readonly #spec: GenerationSpec;
  readonly #number: number;
  readonly #facts: IsolationFacts;
  readonly #resources: GenerationResources;
  #spawned: SpawnedGeneration | undefined;

  constructor(spec: GenerationSpec, { serial, number }: GenerationIdentity, facts: IsolationFacts) {
    this.#spec = spec;
    this.#number = number;
    this.#facts = facts;
    this.#resources = new GenerationResources(spec, serial);
  }

  async run(signal: AbortSignal): Promise<Generation> {
    const deadline = performance.now() + this.#spec.startTimeoutMs;
    const launch = await this.#resources.acquire();
    const generation = await this.#spawn(launch);
    generation.connected(await this.#shakeHands(generation, launch, deadline, signal));
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
    const spawned = new SpawnedGeneration(this.#number, launch.address, child, this.#resources, publish);
    this.#spawned = spawned;
    this.#resources.closeDescriptors();
    return spawned;
  }

  #shakeHands(
    generation: SpawnedGeneration,
    launch: GenerationLaunch,
    deadline: number,
    signal: AbortSignal,
  ): Promise<Session> {
    const { isolate, from, debug, startTimeoutMs, confinement, lifecycle, onDebugger } = this.#spec;
    const { execPath } = this.#spec.process;
    const { token, address, number, pid, process: child } = generation;
    return shakeHands(child, {
      go: {
        token,
        address,
        isolate,
        generation: number,
        from,
        debug,
        sharedMemory: launch.sharedMemory?.folder ?? "",
        deniedPermissions: [...launch.deniedPermissions],
        integrity: [...confinement.integrity],
        strayDescriptors: strayDescriptors(),
        sessionOnDescriptor: this.#spec.lane === "descriptor",
        listeningDescriptor: launch.listeningDescriptor,
        lifecycle: lifecycle === true ? [] : [...lifecycle],
        lifecycleOfAll: lifecycle === true,
      },
      timeoutMs: startTimeoutMs,
      execPath: execPath === process.execPath ? undefined : execPath,
      signal,
      facts: this.#facts,
      onDebugger: (url) => onDebugger(pid, url),
      onStopping: () => generation.acceptedShutdown(),
      onBreach: (error) => generation.handshakeBroken(error),
      connect: async (hello) => {
        await this.#resources.holdDiagnostics(child.innerPid);
        return this.#openSession(generation, launch, hello, deadline);
      },
    });
  }

  #openSession(
    generation: SpawnedGeneration,
    launch: GenerationLaunch,
    { sessionOnDescriptor, sharedMemory }: Hello,
    deadline: number,
  ): Promise<Session> {
    const { address, token, process: child } = generation;
    const isOnSocket = this.#spec.lane === "socket" || !sessionOnDescriptor;
    const descriptor = isOnSocket ? undefined : child.sessionSocket;
    // The start's own timeout comes first, and tells more.
    const timeoutMs = Math.max(1, deadline - performance.now()) + 1_000;
    return openSession(
      { descriptor, address, token, timeoutMs },
      {
        handler: hostFunctions((name, value) => this.#spec.onData(generation, name, value)),
        // Whoever speaks by the socket is not known to have the folder; the process does not use it there.
        sharedMemory: sharedMemory && this.#spec.lane === "descriptor" ? launch.sharedMemory : undefined,
        onLost: (error) => generation.connectionLost(error),
        onDrain: () => this.#spec.onDrain(),
        hold: this.#spec.hold,
        maxPayloadBytes: this.#spec.maxPayloadBytes,
        budget: this.#spec.budget,
      },
    );
  }
}
