import type { HostStatusMessage } from "../../contract/index.js";
import type { IsolationError } from "../../errors/index.js";
import type {
  CallsMeasured,
  ExtendedIsolator,
  IsolateCore,
  IsolateData,
  IsolateTelemetry,
  IsolatorEventSource,
  IsolatorState,
  ModuleCalls,
  ProcessIsolator,
  RecycleFacts,
  ShutdownOptions,
} from "../../isolator/index.js";
import { processUsage } from "../../platform/index.js";
import type { ExitOutcome } from "../../process/index.js";
import type { Instance, RequestPlace, UnitProcesses } from "./unit-processes.js";

/** One process that is restarted is behind the unit. */
export class SingleProcess implements UnitProcesses {
  readonly isolator: ProcessIsolator;
  readonly taker: IsolateCore;
  readonly calls: ModuleCalls;
  readonly #graceMs: number;

  constructor({ isolator, core, calls, graceMs }: ExtendedIsolator) {
    this.isolator = isolator;
    this.taker = core;
    this.calls = calls;
    this.#graceMs = graceMs;
  }

  get state(): IsolatorState {
    return this.isolator.state;
  }

  get events(): IsolatorEventSource {
    return this.isolator.events;
  }

  get telemetry(): IsolateTelemetry {
    return this.taker.telemetry;
  }

  get pid(): number {
    return this.isolator.pid;
  }

  get generation(): number {
    return this.isolator.generation;
  }

  get data(): IsolateData {
    return this.taker.data;
  }

  instances(): Instance[] {
    const { ready } = this.taker;
    if (ready === undefined) return [];
    const { live, inFlight, callsEnded } = ready;
    const { pid, number: generation, process } = live;
    const usage = process.innerPid === undefined ? undefined : processUsage(process.innerPid);
    const { rssBytes = 0, cpuSeconds = 0 } = usage ?? {};
    return [{ pid, generation, state: "ready", inFlight, rssBytes, cpuSeconds, callsEnded }];
  }

  async place(): Promise<RequestPlace> {
    const live = await this.taker.present();
    return { live, story: () => this.taker.storyOf(live), instance: undefined };
  }

  async settled(): Promise<void> {
    await this.taker.present().catch(() => undefined);
  }

  status(): Promise<HostStatusMessage> {
    return this.taker.status();
  }

  async halt(reason: string): Promise<void> {
    await this.taker.halt(reason, this.#graceMs);
  }

  measureCalls(): CallsMeasured {
    return this.taker.measureCalls();
  }

  awaitHalt(): void {
    this.taker.awaitHalt();
  }

  resume(): void {
    this.taker.resume();
  }

  refuseWaitingOf(callers: ReadonlySet<string>, toError: () => IsolationError): void {
    this.taker.refuseWaitingOf(callers, toError);
  }

  idle(): Promise<void> {
    return this.taker.idle();
  }

  recycle(): Promise<RecycleFacts> {
    return this.isolator.recycle();
  }

  shutdown(options: ShutdownOptions): Promise<ExitOutcome> {
    return this.isolator.shutdown(options);
  }

  onStopped(stopped: () => void): void {
    this.taker.stopped.onReached(stopped);
  }
}
