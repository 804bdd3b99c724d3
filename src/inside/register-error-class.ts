import { findBridge } from "./bridge.js";

/**
 * Makes errors of an application's own class arrive in this process as instances of it, for instance those that a
 * callback throws. In the host, `registerErrorClass` of `process-isolation` does the same.
 *
 * @returns a function that takes the registration back; outside of an isolated process there is nothing to take back
 */
export function registerErrorClass(
  Class: abstract new (...args: never[]) => Error,
  options?: { name?: string },
): () => void {
  return findBridge()?.registerErrorClass(Class, options) ?? (() => {});
}
