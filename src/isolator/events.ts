import type { EventEmitter } from "node:events";
import type { IsolationError } from "../errors/index.js";
import type { LimitBreach } from "../limits/index.js";
import type { ExitOutcome } from "../process/index.js";
import type { Diagnosis } from "../supervision/index.js";

/** Which process an event is about. */
export interface GenerationFacts {
  /** The isolate's name. */
  readonly isolate: string;
  /** 1 for the isolator's first process, one more at each restart. */
  readonly generation: number;
  readonly pid: number;
}

/** A line that the isolated process wrote. */
export interface OutputEvent extends GenerationFacts {
  /** The line without its line break. */
  readonly line: string;
  /** A part of a line that is longer than 64 KiB, or the end of the output without a line break. */
  readonly partial: boolean;
}

/** The events of an isolator. No event is called `error`, so none can end the host by being ignored. */
export interface IsolatorEvents {
  /** A process answered the handshake. The first one comes right after `create` resolved. */
  started: [GenerationFacts];
  /** A process could not be started; `willRetry` says whether another follows. */
  startFailed: [{ isolate: string; generation: number; error: IsolationError; willRetry: boolean }];
  /** A process is gone; `willRestart` says whether another follows. Its output comes before. */
  exited: [GenerationFacts & { outcome: ExitOutcome; willRestart: boolean }];
  /** The next process starts after `delayMs`; `generation` is the next one's. */
  restarting: [{ isolate: string; generation: number; delayMs: number; restarts: number }];
  /** A later process than the first answered the handshake and takes calls. */
  restarted: [GenerationFacts & { restarts: number }];
  /** A fresh process has taken over from one that works, as `recycle` says; `predecessor` is that one's pid. */
  recycled: [GenerationFacts & { predecessor: number }];
  /** A process does not answer and is about to be killed for it; a restart follows as after a crash. */
  unresponsive: [GenerationFacts & { diagnosis: Diagnosis; forMs: number }];
  /** A limit was reached; `soft` when the process goes on: below its hard bound, or refused more by the kernel. */
  limit: [GenerationFacts & LimitBreach];
  /** The restart budget is spent; the isolator is down. */
  restartsExhausted: [{ isolate: string; generation: number; restarts: number; outcome: ExitOutcome | undefined }];
  /** A whole line of the process's stdout, in mode `"events"`. */
  stdout: [OutputEvent];
  /** A whole line of the process's stderr, in mode `"events"`. */
  stderr: [OutputEvent];
  /** A debugger may attach to the process at this URL; with `debug`, it waits for one before it loads the first module. */
  debugger: [GenerationFacts & { url: string }];
}

/** What users can do with the events: listen. Only the isolator emits. */
export type IsolatorEventSource = Pick<
  EventEmitter<IsolatorEvents>,
  "on" | "once" | "off" | "addListener" | "removeListener" | "removeAllListeners" | "listenerCount"
>;
