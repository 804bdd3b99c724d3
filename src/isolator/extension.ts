import type { Generation, Judge, Serve } from "../supervision/index.js";
import type { CallKind } from "../telemetry/index.js";
import type { IsolatorEventSource } from "./events.js";

/** What a kernel adds to the isolates that it runs. */
export interface IsolateExtension {
  /** The kernel's name, where it is one. */
  readonly kernel?: string;
  /** Who makes calls that no other isolate makes, as telemetry is told. Default `host`. */
  readonly callKind?: CallKind;
  /** Told of the events before anything has happened: what a process writes while it starts is among them. */
  readonly listen: (events: IsolatorEventSource) => void;
  /** What the isolate may call of others, and of the host. */
  readonly serve: Serve;
  /** Decides what follows a death, in the place of the option `restart`. */
  readonly judge: Judge;
  /** Prepares a process before its modules are loaded. */
  readonly prepare: (live: Generation) => Promise<unknown> | undefined;
  /** Goes on once they are, and have started. */
  readonly prepareLoaded: (live: Generation) => Promise<unknown> | undefined;
}
