import type { HostStatusMessage } from "../contract/index.js";
import { HOST_MODULE } from "../contract/index.js";
import type { CallTarget, Session } from "../session/index.js";

/**
 * How much later than the host a process that is asked to end gives up waiting for its calls, in milliseconds: the host
 * forces it, and says so, rather than both at once.
 */
export const HOST_FIRST_MS = 2_000;

/** Requests to the process itself, which answers them as a module of its own. */
export function requestStatus(session: Session): Promise<HostStatusMessage> {
  return request(session, "status", []) as Promise<HostStatusMessage>;
}

/** Resolves with the number of calls that are running as soon as the process is draining. */
export function askToShutDown(session: Session, reason: string, graceMs: number): Promise<unknown> {
  return request(session, "shutdown", [reason, graceMs]);
}

export function sendData(session: Session, name: string, value: unknown): Promise<unknown> {
  return request(session, "setData", [name, value]);
}

/** `undefined` when nothing is stored under the name. */
export function requestData(session: Session, name: string): Promise<unknown> {
  return request(session, "getData", [name]);
}

/** A spare takes over as the generation of this number. */
export function tellGeneration(session: Session, number: number): Promise<unknown> {
  return request(session, "takeOver", [number]);
}

/** Loads modules before anybody calls them. */
export function preload(session: Session, modules: readonly string[]): Promise<unknown> {
  return request(session, "preload", [modules]);
}

/** The session ended before the process answered; another process may. */
export class RequestLost extends Error {}

/** One object for each request: a session gives every object that is called a handle of its own. */
const TARGETS = new Map<string, CallTarget>();

function targetOf(method: string): CallTarget {
  const target = TARGETS.get(method) ?? { kind: "module", module: HOST_MODULE, method };
  TARGETS.set(method, target);
  return target;
}

/** Rejects with RequestLost when the session is closed: no promise of the process's own would let go of the answer. */
function request(session: Session, method: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new RequestLost(`the session ended before ${method} was answered`));
    session.call(targetOf(method), args, { resolve, reject, lost });
  });
}
