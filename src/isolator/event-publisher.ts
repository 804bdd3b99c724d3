import { EventEmitter } from "node:events";
import type { Inspection } from "../process/index.js";
import type { Generation } from "../supervision/index.js";
import { emitApart } from "./emit-apart.js";
import type { GenerationFacts, IsolatorEvents } from "./events.js";
import type { IsolateFacts } from "./isolate-facts.js";
import { logEvents } from "./log-events.js";
import type { LogLevel } from "./options/index.js";

/** Where the events of an isolate go. */
export interface EventSink {
  hasListener(name: keyof IsolatorEvents): boolean;
  emit<Name extends keyof IsolatorEvents>(name: Name, event: IsolatorEvents[Name][0]): void;
}

/** Tells whoever listens what happens to the processes of an isolate. */
export class EventPublisher {
  readonly emitter = new EventEmitter<IsolatorEvents>();
  readonly #facts: IsolateFacts;
  readonly #sink: EventSink | undefined;
  /** Told before the process is ready, and so before anybody can listen. */
  readonly #debuggerUrls = new Map<number, string>();

  /** @param sink gets the events in the place of the emitter */
  constructor(facts: IsolateFacts, logLevel: LogLevel, sink?: EventSink) {
    this.#facts = facts;
    this.#sink = sink;
    if (sink === undefined) logEvents(this.emitter, logLevel);
  }

  hasListener(name: keyof IsolatorEvents): boolean {
    return this.#sink === undefined ? this.emitter.listenerCount(name) > 0 : this.#sink.hasListener(name);
  }

  emit<Name extends keyof IsolatorEvents>(name: Name, event: IsolatorEvents[Name][0]): void {
    if (this.#sink !== undefined) this.#sink.emit(name, event);
    else emitApart(this.emitter as EventEmitter, name, event);
  }

  /**
   * A debugger may attach to a process.
   *
   * @param inspection of the host, whose flag has opened it, if one has: then it is said where Node.js says it of the host
   */
  debuggerListens({ isolate, generation, pid, url }: GenerationFacts & { url: string }, inspection: Inspection): void {
    this.#debuggerUrls.set(pid, url);
    if (inspection === "off") return;
    const which = generation === 0 ? "a spare" : `generation ${generation}`;
    const waits = inspection === "wait" ? ", waiting for one" : "";
    process.stderr.write(`Debugger of isolate ${isolate} (${which}, pid ${pid}${waits}) listening on ${url}\n`);
  }

  /** A generation takes calls. */
  ready(live: Generation, predecessor: Generation | undefined): void {
    const facts = this.#facts.of(live);
    if (predecessor !== undefined) this.emit("recycled", { ...facts, predecessor: predecessor.pid });
    // Whoever awaits `create` can listen before the first event comes.
    else if (live.number === this.#facts.first) setImmediate(() => this.emit("started", facts));
    else this.emit("restarted", { ...facts, restarts: this.#facts.restarts });
    const url = this.#debuggerUrls.get(live.pid);
    if (url !== undefined) setImmediate(() => this.emit("debugger", { ...facts, url }));
    this.#debuggerUrls.delete(live.pid);
  }
}
