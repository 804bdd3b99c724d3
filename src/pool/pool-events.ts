import { EventEmitter } from "node:events";
import { emitApart, type GenerationFacts, type IsolatorEvents, type LogLevel, logEvents } from "../isolator/index.js";

/**
 * The events of a pool: those of each of its processes, which `generation` and `pid` tell apart, and those of the pool. A process
 * is `started` when it was missing, `restarted` in the place of one that crashed, and `recycled` in that of one that was due.
 */
export interface PoolEvents extends IsolatorEvents {
  /** Another process takes calls than those that are kept anyway; `processes` is how many there are. */
  scaledUp: [GenerationFacts & { readonly processes: number }];
  /** A process without calls is about to be ended; `processes` is how many are left. */
  scaledDown: [GenerationFacts & { readonly processes: number }];
}

/** What users can do with the events: listen. Only the pool emits. */
export type PoolEventSource = Pick<
  EventEmitter<PoolEvents>,
  "on" | "once" | "off" | "addListener" | "removeListener" | "removeAllListeners" | "listenerCount"
>;

/** Tells whoever listens what happens in a pool. */
export class PoolPublisher {
  readonly emitter = new EventEmitter<PoolEvents>();

  constructor(logLevel: LogLevel) {
    logEvents(this.emitter as unknown as EventEmitter<IsolatorEvents>, logLevel);
  }

  hasListener(name: keyof PoolEvents): boolean {
    return this.emitter.listenerCount(name) > 0;
  }

  emit<Name extends keyof PoolEvents>(name: Name, event: PoolEvents[Name][0]): void {
    emitApart(this.emitter as EventEmitter, name, event);
  }
}
