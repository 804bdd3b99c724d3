import type { EventEmitter } from "node:events";

/** A listener that throws is an uncaught error of the host, as ever; whoever emits does not depend on it. */
export function emitApart(emitter: EventEmitter, name: string, event: object): void {
  try {
    emitter.emit(name, event);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
