import type { HostStatusMessage } from "../contract/index.js";
import { HOST_MODULE } from "../contract/index.js";
import { timerDelay } from "../platform/index.js";
import type { CallTarget, ProcessSession } from "../session/index.js";

/**
 * How much later than the host a process that is asked to end gives up waiting for its calls, in milliseconds: the host
 * forces it, and says so, rather than both at once.
 */
const HOST_FIRST_MS = 2_000;

/** Requests to the process itself, which answers them as a module of its own. */
export function requestStatus(session: ProcessSession): Promise<HostStatusMessage> {
  return request(session, "status", []) as Promise<HostStatusMessage>;
}

/**
 * Resolves with the number of calls that are running as soon as the process is draining.
 *
 * @param graceMs what the host waits for the end of the process
 */
export function askToShutDown(session: ProcessSession, reason: string, graceMs: number): Promise<unknown> {
  return request(session, "shutdown", [reason, timerDelay(graceMs + HOST_FIRST_MS), graceMs / 2]);
}

export function sendData(session: ProcessSession, name: string, value: unknown): Promise<unknown> {
  return request(session, "setData", [name, value]);
}

/** `undefined` when nothing is stored under the name. */
export function requestData(session: ProcessSession, name: string): Promise<unknown> {
  return request(session, "getData", [name]);
}

/** What a module exports; it is loaded for that. */
export function requestExports(session: ProcessSession, module: string): Promise<unknown> {
  return request(session, "exports", [module]);
}

/** A spare takes over as the generation of this number. */
export function tellGeneration(session: ProcessSession, number: number): Promise<unknown> {
  return request(session, "takeOver", [number]);
}

/** Loads modules before anybody calls them. */
export function preload(session: ProcessSession, modules: readonly string[]): Promise<unknown> {
  return request(session, "preload", [modules]);
}

/** Loads modules before anybody calls them, and runs their `start()`. Rejects with what the first of them failed with. */
export function activateModules(session: ProcessSession, modules: readonly string[]): Promise<unknown> {
  return request(session, "activate", [modules]);
}

/** Has the process serve gRPC services on its socket; resolves with what they look like. */
export function requestServe(session: ProcessSession, services: object): Promise<unknown> {
  return request(session, "serve", [services]);
}

/** What the process may hand on to others of what it uses. */
export function tellHandedOn(session: ProcessSession, targets: readonly string[]): Promise<unknown> {
  return request(session, "mayHandOn", [targets]);
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
function request(session: ProcessSession, method: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new RequestLost(`the session ended before ${method} was answered`));
    session.call(targetOf(method), args, { resolve, reject, lost });
  });
}
