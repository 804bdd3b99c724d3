import type { Generation, Judge, Serve } from "../supervision/index.js";
import type { CallKind, StartReason } from "../telemetry/index.js";
import type { Call } from "./call.js";
import type { EventSink } from "./event-publisher.js";
import type { IsolatorEventSource } from "./events.js";
import type { IsolateData } from "./isolate-data.js";
import type { IsolateTelemetry } from "./isolate-telemetry.js";
import type { Outputs } from "./outputs.js";

/** What a kernel, or a pool, adds to the isolates that it runs. */
export interface IsolateExtension {
  /** The kernel's name, where it is one. */
  readonly kernel?: string;
  /** Who makes calls that no other isolate makes, as telemetry is told. Default `host`. */
  readonly callKind?: CallKind;
  /** Told of the events before anything has happened: what a process writes while it starts is among them. */
  readonly listen?: (events: IsolatorEventSource) => void;
  /** What the isolate may call of others, and of the host. */
  readonly serve?: Serve | undefined;
  /** Decides what follows a death, in the place of the option `restart`. */
  readonly judge: Judge;
  /** Prepares a process before its modules are loaded. */
  readonly prepare: (live: Generation) => Promise<unknown> | undefined;
  /** Goes on once they are, and have started. */
  readonly prepareLoaded?: (live: Generation) => Promise<unknown> | undefined;
  /** What it is as one process of a pool. */
  readonly member?: PoolMembership;
}

/** What an isolate has of the pool that it is one process of. */
export interface PoolMembership {
  /** The number of its only generation. */
  readonly generation: number;
  readonly events: EventSink;
  /** The pool's, which has heard of the calls already. */
  readonly telemetry: IsolateTelemetry;
  readonly startReason: StartReason;
  readonly outputs: Outputs;
  /** What `setData` stores: the same for all processes. */
  readonly data: IsolateData;
  /** All processes of the pool that take calls. */
  readonly others: () => readonly Generation[];
  /** Takes the calls that were lost with the process, and that may run again in another. */
  readonly elsewhere: (calls: readonly Call[]) => void;
  /** Replaces the process, which is due, by another of the pool; false when none is to be had now. */
  readonly replace: () => Promise<boolean>;
}
