import { EventEmitter } from "node:events";
import { emitApart, type IsolatorEventSource, type IsolatorEvents } from "../isolator/index.js";
import type { IsolateEvent, KernelEvents } from "./events.js";

/** What a kernel hears of an isolator that it uses. */
const TYPES = [
  "started",
  "startFailed",
  "exited",
  "restarting",
  "restarted",
  "recycled",
  "unresponsive",
  "limit",
  "restartsExhausted",
  "debugger",
] as const satisfies readonly (keyof IsolatorEvents)[];

/** What it hears from the start of the process on, which may fail. */
const OUTPUT = ["stdout", "stderr"] as const satisfies readonly (keyof IsolatorEvents)[];

/** Tells whoever listens what happens in a kernel. */
export class KernelPublisher {
  readonly emitter = new EventEmitter<KernelEvents>();

  constructor() {
    // As many as there are who watch.
    this.emitter.setMaxListeners(0);
  }

  emit<Name extends keyof KernelEvents>(name: Name, event: KernelEvents[Name][0]): void {
    emitApart(this.emitter as EventEmitter, name, event);
  }

  /** Hands on what happens to an isolate. */
  follow(events: IsolatorEventSource, onEvent: () => void): void {
    this.#handOn(events, TYPES, onEvent);
  }

  /** Hands on what an isolate writes. */
  followOutput(events: IsolatorEventSource): void {
    this.#handOn(events, OUTPUT, () => {});
  }

  #handOn(events: IsolatorEventSource, types: readonly (keyof IsolatorEvents)[], onEvent: () => void): void {
    for (const type of types) {
      events.on(type, (event: object) => {
        onEvent();
        this.emit("isolate", { type, ...event } as IsolateEvent);
      });
    }
  }
}
