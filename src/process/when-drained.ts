import type { Writable } from "node:stream";

/** Who waits for each stream: one listener serves all isolates. */
const waiting = new WeakMap<Writable, Set<() => void>>();

/** Calls back when a stream that is full takes more, or has been closed. False when it never will. */
export function whenDrained(stream: Writable, callback: () => void): boolean {
  // Broken or ended: it takes nothing more, and will never drain.
  if (!stream.writable) return false;
  const others = waiting.get(stream);
  if (others !== undefined) {
    others.add(callback);
    return true;
  }
  const callbacks = new Set([callback]);
  waiting.set(stream, callbacks);
  const drained = (): void => {
    stream.off("drain", drained).off("close", drained);
    waiting.delete(stream);
    for (const each of callbacks) each();
  };
  stream.on("drain", drained).on("close", drained);
  return true;
}
