import { setMaxListeners } from "node:events";
import { writeSync } from "node:fs";
import { IsolationError } from "../errors/index.js";
import { toTheEnd } from "../isolator/index.js";
import type { Telemetry } from "../telemetry/index.js";
import { ByHand } from "./by-hand.js";
import { checkStop } from "./check-stop.js";
import { Entrance } from "./entrance.js";
import type { IsolateEvent, KernelEventSource } from "./events.js";
import type { KernelOutcome } from "./kernel.js";
import { Conductor, startInOrder, stopInOrder, type Unit, type UnitProcesses } from "./life/index.js";
import { Logs } from "./logs/index.js";
import type { ResolvedManifest } from "./manifest/index.js";
import { KernelMetrics } from "./metrics/index.js";
import type { ResolvedKernelOptions } from "./options.js";
import { KernelPublisher } from "./publisher.js";
import { type IsolateSummary, summaryOf } from "./summary.js";
import { makeUnits } from "./units.js";
import { unknownIsolate } from "./unknown-isolate.js";

/** What is behind a kernel's public face: its isolates, and whoever watches over them. */
export class KernelRuntime {
  readonly manifest: ResolvedManifest;
  /** Resolves when nothing of the kernel is left. */
  readonly ended: Promise<KernelOutcome>;
  readonly #options: ResolvedKernelOptions;
  readonly #units: ReadonlyMap<string, Unit>;
  readonly #telemetry: Telemetry[];
  readonly #over = new AbortController();
  #logs: Logs | undefined;
  readonly #publisher = new KernelPublisher();
  readonly #conductor: Conductor;
  readonly entrance: Entrance;
  readonly byHand: ByHand;
  readonly metrics: KernelMetrics;
  #end!: (outcome: KernelOutcome) => void;
  #stopping: Promise<KernelOutcome> | undefined;
  /** What has gone wrong before all were ready. */
  #failStart: (error: IsolationError) => void = () => {};

  constructor(manifest: ResolvedManifest, options: ResolvedKernelOptions) {
    // As many as there are who watch.
    setMaxListeners(0, this.#over.signal);
    this.manifest = manifest;
    this.#options = options;
    this.#telemetry = [...options.telemetry];
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#units = makeUnits({
      manifest,
      options,
      telemetry: this.#telemetry,
      publisher: this.#publisher,
      conductor: () => this.#conductor,
      entrance: () => this.entrance,
      onProcesses: (unit, current) => this.#follow(unit, current),
    });
    this.#conductor = new Conductor(manifest.tree, this.#units, {
      onEscalated: (escalation, isolate) => this.#publisher.emit("escalated", { ...escalation, isolate }),
      onGivenUp: (unit) => this.#givenUp(unit),
      onExhausted: ({ restarts, withinMs }, isolate) => this.#exhausted(isolate, restarts, withinMs),
      onStartFailed: (unit, error) => this.#startFailed(unit, error),
    });
    this.byHand = new ByHand({
      kernel: manifest.name,
      folder: manifest.folder,
      conductor: this.#conductor,
      unit: (name) => this.unit(name),
      isStopping: () => this.#stopping !== undefined,
      tell: (event) => this.#tell(event),
    });
    this.entrance = new Entrance(this, this.#units, options);
    this.metrics = new KernelMetrics(this, options.metrics);
  }

  get events(): KernelEventSource {
    return this.#publisher.emitter;
  }

  /** @throws IsolationError when an essential isolate fails, or it is cancelled; nothing is left then */
  async start(): Promise<void> {
    const { signal } = this.#options;
    const cancelled = (): IsolationError => {
      return new IsolationError("CANCELLED", `the start of ${this.manifest.name} was cancelled`, {
        cause: signal?.reason,
      });
    };
    if (signal?.aborted === true) throw cancelled();
    const failed = new Promise<never>((_, reject) => {
      this.#failStart = reject;
    });
    const cancel = (): void => this.#failStart(cancelled());
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      await this.metrics.open();
      await this.entrance.open();
      const isOver = (): boolean => this.#stopping !== undefined;
      await Promise.race([startInOrder(this.#units, isOver, (unit, error) => this.#startFailed(unit, error)), failed]);
    } catch (error) {
      await this.stop({ kind: "requested", reason: "the start failed" });
      throw error;
    } finally {
      this.#failStart = () => {};
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** @throws IsolationError INVALID_OPTION for a name that the manifest does not have */
  unit(name: string): Unit {
    const unit = this.#units.get(name);
    if (unit !== undefined) return unit;
    throw unknownIsolate(this.manifest.name, name, this.#units.keys());
  }

  /** What isolates write, from the first time on that somebody asks for it. */
  get logs(): Logs {
    if (this.#logs === undefined) {
      const logs = new Logs();
      this.#publisher.emitter.on("isolate", (event) => logs.take(event));
      this.#logs = logs;
    }
    return this.#logs;
  }

  /** Aborted when all isolates are gone: whoever watches is told, and its stream ends. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Another one hears of calls and processes from now on. */
  observe(telemetry: Telemetry): void {
    if (this.#telemetry.includes(telemetry)) return;
    this.#telemetry.push(telemetry);
    for (const { current } of this.#units.values()) current?.telemetry.add(telemetry);
  }

  list(): IsolateSummary[] {
    return [...this.#units.values()].map(summaryOf);
  }

  /** Ends everything in order. Later calls wait for the first. @throws IsolationError INVALID_OPTION; it goes on then */
  stop(outcome: KernelOutcome, graceMs = this.#options.graceMs): Promise<KernelOutcome> {
    checkStop({ reason: outcome.reason, graceMs });
    this.#stopping ??= this.#stop(outcome, graceMs);
    return this.#stopping;
  }

  async #stop(outcome: KernelOutcome, graceMs: number | undefined): Promise<KernelOutcome> {
    const { reason } = outcome;
    this.#publisher.emit("stopping", { reason });
    this.#conductor.close();
    this.entrance.drain();
    await stopInOrder(this.#units, { reason, graceMs });
    this.#over.abort();
    await toTheEnd(this.entrance.close());
    await this.metrics.close();
    this.#publisher.emit("stopped", { reason });
    this.#end(outcome);
    return outcome;
  }

  #follow(unit: Unit, current: UnitProcesses): void {
    this.#conductor.letGo(unit);
    // Those who have begun to listen while it started.
    for (const telemetry of this.#telemetry) current.telemetry.add(telemetry);
    this.entrance.routes.changed();
    this.#publisher.follow(current.events, () => this.entrance.routes.changed());
    // However it ended: by its own judgement, or by a Shutdown request of somebody who has its token.
    current.onStopped(() => {
      if (unit.current === current && unit.state !== "stopping") this.#givenUp(unit);
    });
  }

  #givenUp(unit: Unit): void {
    if (this.#stopping !== undefined || unit.current === undefined) return;
    unit.gone(unit.current);
    this.#conductor.stopped(unit);
    this.#tell({ type: "stopped", isolate: unit.name, reason: "given-up" });
  }

  #startFailed(unit: Unit, error: IsolationError): void {
    this.#conductor.stopped(unit);
    this.#tell({ type: "stopped", isolate: unit.name, reason: "failed", error });
  }

  #exhausted(isolate: string, restarts: number, withinMs: number): void {
    const reason = `${isolate} was one failure too many: ${restarts} within ${withinMs} ms`;
    this.#publisher.emit("exhausted", { isolate, restarts, withinMs });
    this.#failStart(
      new IsolationError("RESTARTS_EXHAUSTED", `${this.manifest.name}: ${reason}`, { facts: { isolate } }),
    );
    // The isolator of the dead one has yet to hear of it.
    setImmediate(() => {
      void this.stop({ kind: "exhausted", reason }).then(() => {
        if (this.manifest.onExhausted === "exit-host") exitHost(this.manifest.name, reason);
      });
    });
  }

  #tell(event: IsolateEvent): void {
    this.entrance.routes.changed();
    this.#publisher.emit("isolate", event);
  }
}

/** Ends the host, which has no other sign of what happened. */
function exitHost(name: string, reason: string): never {
  writeSync(process.stderr.fd, `the kernel ${name} ends its host: ${reason}\n`);
  process.exit(1);
}
