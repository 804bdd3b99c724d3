import {
  type Call,
  type CallOwner,
  type ExtendedIsolator,
  type IsolateCore,
  type IsolateData,
  type IsolateExtension,
  type IsolateTelemetry,
  type IsolatorEvents,
  keepAlive,
  makeExtended,
  type Outputs,
  type ResolvedOptions,
} from "../isolator/index.js";
import { processUsage } from "../platform/index.js";
import { quiet } from "../session/index.js";
import { activateModules, type Death, type Generation } from "../supervision/index.js";
import type { ProcessStatus } from "./pool-status.js";
import type { Lane, QueuePlace } from "./queue/index.js";

/** Why a process is started. */
export type MemberPurpose =
  | { readonly kind: "scale" }
  | { readonly kind: "restart" }
  | { readonly kind: "recycle"; readonly predecessor: number };

/** What a process of a pool is started from. */
export interface MemberSpec {
  readonly module: string;
  readonly options: ResolvedOptions;
  readonly outputs: Outputs;
  readonly data: IsolateData;
  readonly telemetry: IsolateTelemetry;
  readonly cancelGraceMs: number;
  /** What each process is extended with beside. */
  readonly extension: MemberExtension | undefined;
}

/** What a kernel adds to each process of a pool. */
export type MemberExtension = Pick<IsolateExtension, "serve" | "prepare" | "prepareLoaded">;

/** What a pool does about one of its processes. */
export interface MemberListener {
  hasListener(name: keyof IsolatorEvents): boolean;
  onEvent<Name extends keyof IsolatorEvents>(member: Member, name: Name, event: IsolatorEvents[Name][0]): void;
  /** It died, and nobody wanted it to. Its calls are settled right after. */
  onDeath(member: Member, death: Death): void;
  /** These calls of it may run again in another. */
  onLost(member: Member, calls: readonly Call[]): void;
  /** A call of it has settled. */
  onSettled(call: Call): void;
  /** A call of it settled or ended, or a stream: it may have room. */
  onRoom(member: Member): void;
  /** It is due for replacement; false when no other is to be had now. */
  onDue(member: Member): Promise<boolean>;
  /** A call that was given up does not end. */
  onStuck(member: Member): void;
  /** A call of a key runs no more. */
  onLaneEnd(lane: Lane<Member>): void;
  /** All that take calls. */
  readonly open: readonly Generation[];
}

type MemberState = "starting" | "ready" | "leaving" | "gone";

/** One process of a pool, from its start to its end. It owns the calls that were handed to it. */
export class Member implements CallOwner, QueuePlace {
  readonly generation: number;
  readonly purpose: MemberPurpose;
  readonly isolate: ExtendedIsolator;
  state: MemberState = "starting";
  /** Since when it has had no call. */
  idleSince = 0;
  /** Whether it died, and nobody wanted it to. */
  isDead = false;
  /** When another is started for it after that, in milliseconds from then; undefined where none is. */
  restartsAfterMs: number | undefined;
  /** Calls that it was handed since it takes calls. */
  given = 0;
  /** Calls that have ended in it, with those that were made to prepare it. */
  done = 0;
  /** Requests that others make of it directly, as at a kernel's front door. */
  requests = 0;
  /** When it was chosen for one of them last, as a number that grows each time. */
  lastTurn = 0;
  /** What a start that is under way is given up with. */
  readonly #abort = new AbortController();
  readonly #listener: MemberListener;
  readonly #cancelGraceMs: number;
  readonly #graceMs: number;
  /** Calls that were given up and have not ended, with what gives up waiting for that. */
  readonly #givenUp = new Map<Call, NodeJS.Timeout | undefined>();
  #started: Promise<void> = Promise.resolve();
  #running = 0;
  #live: Generation | undefined;
  #waitsForStreams = false;

  constructor(generation: number, purpose: MemberPurpose, spec: MemberSpec, listener: MemberListener) {
    this.generation = generation;
    this.purpose = purpose;
    this.#listener = listener;
    this.#cancelGraceMs = spec.cancelGraceMs;
    this.#graceMs = spec.options.graceMs;
    this.isolate = makeExtended(spec.options, this.#extension(spec));
  }

  get core(): IsolateCore {
    return this.isolate.core;
  }

  /** Whether it takes calls. */
  get isOpen(): boolean {
    return this.state === "ready";
  }

  /** Calls that run, and streams that somebody reads. */
  get load(): number {
    return this.#running + (this.#live?.session.openStreams ?? 0);
  }

  /** Calls that run. */
  get running(): number {
    return this.#running;
  }

  /** What it has to do, requests included that are none of the pool's calls. */
  get busyness(): number {
    return this.load + this.requests;
  }

  get pid(): number {
    return this.#live?.pid ?? 0;
  }

  /** The process itself, once it is being prepared. */
  get live(): Generation | undefined {
    return this.#live;
  }

  /** Starts it. Does not keep the host alive. @throws IsolationError what keeps it from starting; nothing of it is left then */
  async start(): Promise<void> {
    this.#started = this.core.launch(this.#abort);
    await this.#started;
    if (this.state !== "starting") return;
    this.state = "ready";
    this.idleSince = performance.now();
  }

  /** Runs a call, which is its own from now on. */
  hand(call: Call): void {
    call.owner = this;
    this.#running += 1;
    if (this.isOpen) this.given += 1;
    this.core.submit(call);
    // Both this and who has held it until now keep the host alive for it.
    keepAlive.release();
  }

  settled(call: Call): void {
    this.core.settled(call);
    this.#listener.onSettled(call);
    if (call.isGivenUp) this.#waitForEnd(call);
    else this.#ended(call);
  }

  takesBack(call: Call, reason: unknown): boolean {
    return this.core.takesBack(call, reason);
  }

  ended(call: Call): void {
    this.core.ended(call);
    clearTimeout(this.#givenUp.get(call));
    this.#givenUp.delete(call);
    this.#ended(call);
  }

  /** It is ended as soon as nobody waits for it; killed, where it cannot be asked. */
  leave(reason: string, how: "ask" | "kill"): void {
    if (this.state !== "ready") return;
    this.state = "leaving";
    void quiet(this.#leave(reason, how));
  }

  /** Ends it in order, now. Resolves when nothing of it is left. */
  async shutdown(reason: string, graceMs: number): Promise<unknown> {
    if (this.state === "starting") return this.#giveUpStart();
    this.state = this.state === "gone" ? "gone" : "leaving";
    this.#noteUsage();
    return this.core.shutdown(reason, graceMs);
  }

  /** Kills it and all that it started. Resolves when nothing of it is left. */
  async terminate(signal: NodeJS.Signals): Promise<unknown> {
    if (this.state === "starting") return this.#giveUpStart();
    this.state = this.state === "gone" ? "gone" : "leaving";
    this.#noteUsage();
    return this.core.terminate(signal, this.#graceMs);
  }

  /** What is known of it here: it may be too busy to answer. */
  status(): ProcessStatus {
    const innerPid = this.#live?.process.innerPid;
    const usage = innerPid === undefined ? undefined : processUsage(innerPid);
    const uptimeMs = this.#live === undefined ? 0 : Math.round(performance.now() - this.#live.startedAt);
    return {
      generation: this.generation,
      pid: this.pid,
      state: this.state === "gone" ? "leaving" : this.state,
      inFlight: this.#running,
      done: this.done,
      uptimeMs,
      rssBytes: usage?.rssBytes ?? 0,
      cpuSeconds: usage?.cpuSeconds ?? 0,
    };
  }

  async #giveUpStart(): Promise<void> {
    this.state = "gone";
    this.#abort.abort();
    const isStarted = await this.#started.then(
      () => true,
      () => false,
    );
    // It was ready before it could be given up.
    if (isStarted) await this.core.terminate("SIGKILL", 0);
  }

  async #leave(reason: string, how: "ask" | "kill"): Promise<void> {
    await this.core.idle();
    this.#noteUsage();
    await (how === "kill" ? this.core.terminate("SIGKILL", 0) : this.core.retire(reason, this.#graceMs));
  }

  /** What it has used is told only as long as it is there, and it may be there for less time than lies between two readings. */
  #noteUsage(): void {
    this.core.gauge.read();
  }

  #waitForEnd(call: Call): void {
    const isBounded = this.#cancelGraceMs !== Number.POSITIVE_INFINITY;
    const timer = isBounded ? setTimeout(() => this.#listener.onStuck(this), this.#cancelGraceMs) : undefined;
    timer?.unref();
    this.#givenUp.set(call, timer);
  }

  #ended(call: Call): void {
    this.#running -= 1;
    this.done += 1;
    this.#leaveLane(call);
    if (this.#live !== undefined && this.#live.session.openStreams > 0) this.#watchStreams(this.#live);
    this.#hasRoom();
  }

  #hasRoom(): void {
    if (this.load === 0) this.idleSince = performance.now();
    this.#listener.onRoom(this);
  }

  #leaveLane(call: Call): void {
    const lane = call.lane as Lane<Member> | undefined;
    if (lane !== undefined) this.#listener.onLaneEnd(lane);
  }

  /** Somebody reads what a call has come to: it is busy with that as with a call. */
  #watchStreams(live: Generation): void {
    if (this.#waitsForStreams) return;
    this.#waitsForStreams = true;
    void live.session.streamRead().then(() => {
      this.#waitsForStreams = false;
      if (live.session.openStreams > 0) this.#watchStreams(live);
      this.#hasRoom();
    });
  }

  /** Nothing of it runs any more. */
  #gone(): void {
    this.state = "gone";
    for (const [call, timer] of this.#givenUp) {
      clearTimeout(timer);
      this.#leaveLane(call);
    }
    this.#givenUp.clear();
  }

  #extension({ module, outputs, data, telemetry, extension }: MemberSpec): IsolateExtension {
    return {
      ...extension,
      judge: (death) => {
        this.state = "gone";
        this.isDead = true;
        this.#listener.onDeath(this, death);
        return { kind: "stop", cause: { kind: "crashed" } };
      },
      prepare: (live) => {
        this.#live = live;
        if (extension !== undefined) return extension.prepare(live);
        if (!live.capabilities.features.has("preload")) return undefined;
        // Ahead of the first call, which hears of what goes wrong.
        return activateModules(live.session, [module]).catch(() => {});
      },
      member: {
        generation: this.generation,
        outputs,
        data,
        telemetry,
        startReason: this.generation === 1 ? "first" : this.purpose.kind,
        others: () => this.#listener.open,
        events: {
          hasListener: (name) => this.#listener.hasListener(name),
          emit: (name, event) => {
            if (name === "exited") this.#gone();
            this.#listener.onEvent(this, name, event);
          },
        },
        elsewhere: (calls) => {
          for (const call of calls) {
            this.#running -= 1;
            this.#leaveLane(call);
          }
          this.#listener.onLost(this, calls);
        },
        replace: () => this.#listener.onDue(this),
      },
    };
  }
}
