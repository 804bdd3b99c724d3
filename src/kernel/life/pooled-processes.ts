import type { HostStatusMessage } from "../../contract/index.js";
import type { IsolationError } from "../../errors/index.js";
import {
  type CallsMeasured,
  type IsolateData,
  type IsolateTelemetry,
  type IsolatorEventSource,
  type IsolatorState,
  keepAlive,
  type ModuleCalls,
  type RecycleFacts,
  resolveShutdownOptions,
  type ShutdownOptions,
} from "../../isolator/index.js";
import type { PoolCore, PoolParts } from "../../pool/index.js";
import type { Instance, RequestPlace, UnitProcesses } from "./unit-processes.js";

/** A pool of processes is behind the unit. */
export class PooledProcesses implements UnitProcesses {
  readonly isolator = undefined;
  readonly taker: PoolCore;
  readonly calls: ModuleCalls;
  readonly events: IsolatorEventSource;
  readonly #parts: PoolParts;
  readonly #graceMs: number;

  constructor(parts: PoolParts, graceMs: number) {
    const { core, calls, publisher } = parts;
    this.taker = core;
    this.calls = calls;
    // It has all events of an isolator, and more.
    this.events = publisher.emitter as unknown as IsolatorEventSource;
    this.#parts = parts;
    this.#graceMs = graceMs;
  }

  get state(): IsolatorState {
    const { life, roster } = this.taker.fleet;
    if (life.end !== undefined) return life.over.isReached ? "stopped" : "stopping";
    if (roster.isHeld) return "restarting";
    // Without calls there need be none.
    if (roster.open.length > 0 || this.taker.mayBeEmpty) return "ready";
    return life.isProved ? "restarting" : "starting";
  }

  get telemetry(): IsolateTelemetry {
    return this.taker.telemetry;
  }

  get pid(): number {
    return this.#oldest?.pid ?? 0;
  }

  get generation(): number {
    return this.#oldest?.generation ?? 0;
  }

  get data(): IsolateData {
    return this.#parts.data;
  }

  instances(): Instance[] {
    return this.taker.status().processes.map(({ pid, generation, state, inFlight, done, rssBytes, cpuSeconds }) => {
      return { pid, generation, state, inFlight, rssBytes, cpuSeconds, callsEnded: done };
    });
  }

  async place(): Promise<RequestPlace> {
    const { fleet } = this.taker;
    const member = await fleet.present();
    const { live, core } = member;
    // One that takes calls has a process.
    if (live === undefined) return this.place();
    const instance = {
      get isOpen() {
        return member.isOpen;
      },
      began: () => fleet.requestBegan(member),
    };
    return { live, story: () => core.storyOf(live), instance };
  }

  async settled(): Promise<void> {
    const { life, roster } = this.taker.fleet;
    // Those that are about to be halted take none, but are there.
    if (life.end !== undefined || roster.open.length > 0 || this.taker.mayBeEmpty) return;
    await this.taker.fleet.present().catch(() => undefined);
  }

  async status(): Promise<HostStatusMessage> {
    return (await this.taker.fleet.present()).core.status();
  }

  halt(reason: string): Promise<void> {
    return this.taker.fleet.end.halt(reason, this.#graceMs);
  }

  measureCalls(): CallsMeasured {
    return this.taker.measureCalls();
  }

  awaitHalt(): void {
    this.taker.fleet.end.awaitHalt();
  }

  resume(): void {
    this.taker.fleet.end.resume();
  }

  refuseWaitingOf(callers: ReadonlySet<string>, toError: () => IsolationError): void {
    this.taker.refuseWaitingOf(callers, toError);
  }

  idle(): Promise<void> {
    return this.taker.idle();
  }

  recycle(): Promise<RecycleFacts | undefined> {
    return keepAlive.during(this.taker.fleet.recycle());
  }

  async shutdown(options: ShutdownOptions): Promise<undefined> {
    const { reason, graceMs } = resolveShutdownOptions(options, this.#graceMs);
    await this.taker.fleet.end.shutdown(reason, graceMs);
  }

  onStopped(stopped: () => void): void {
    this.taker.fleet.life.over.onReached(stopped);
  }

  get #oldest() {
    return this.taker.fleet.roster.open[0];
  }
}
