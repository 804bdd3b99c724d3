import { IsolationError } from "../src/errors/index.js";
import type { CurrentCall } from "../src/inside/bridge.js";
import { onAbort, type SessionCall } from "../src/session/index.js";

/** What is under way of others for a call that runs here, each as what gives it up. */
const inner = new WeakMap<CurrentCall, Set<() => void>>();

/**
 * Gives up with a call what it waits for. One that is asked for once the call is cancelled goes its own way: it may be what
 * tidies up.
 *
 * @returns to be called when it is over
 */
export function giveUpWith(outer: CurrentCall, giveUp: () => void): () => void {
  const own = inner.get(outer) ?? watch(outer);
  own.add(giveUp);
  return () => void own.delete(giveUp);
}

function watch(outer: CurrentCall): Set<() => void> {
  const own = new Set<() => void>();
  inner.set(outer, own);
  onAbandoned(outer, (reason) => {
    // Of a process that is to end the answers are waited for.
    if (IsolationError.is(reason, "STOPPED")) return;
    for (const giveUp of [...own]) giveUp();
  });
  return own;
}

function onAbandoned(outer: CurrentCall & Partial<SessionCall>, callback: (reason: unknown) => void): void {
  // Cheaper than a signal, which nobody else may ask for.
  if (outer.onAbandoned !== undefined) outer.onAbandoned(callback);
  else onAbort(outer.signal, () => callback(outer.signal.reason));
}
