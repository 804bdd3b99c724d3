import { EventEmitter } from "node:events";
import type { ExtendedIsolator, IsolatorEvents } from "../isolator/index.js";
import type { IsolateEvent, KernelEvents } from "./events.js";

/** What of an isolator a kernel hears. */
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
  "stdout",
  "stderr",
  "debugger",
] as const satisfies readonly (keyof IsolatorEvents)[];

/** Tells whoever listens what happens in a kernel. */
export class KernelPublisher {
  readonly emitter = new EventEmitter<KernelEvents>();

  /** A listener that throws is an uncaught error of the host, as ever; the kernel does not depend on it. */
  emit<Name extends keyof KernelEvents>(name: Name, event: KernelEvents[Name][0]): void {
    try {
      (this.emitter as EventEmitter).emit(name, event);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  }

  /** Hands on what happens to an isolate. */
  follow({ isolator }: ExtendedIsolator, onEvent: (event: IsolateEvent) => void): void {
    for (const type of TYPES) {
      isolator.events.on(type, (event: object) => {
        const named = { type, ...event } as IsolateEvent;
        onEvent(named);
        this.emit("isolate", named);
      });
    }
  }
}
