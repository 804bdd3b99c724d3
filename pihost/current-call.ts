import type { AsyncLocalStorage } from "node:async_hooks";
import type { Callee, IncomingCall } from "../src/session/index.js";

/** Where `process-isolation/pihost`, a file of its own, finds what it needs of this bundle. */
const BRIDGE = Symbol.for("process-isolation.pihost.calls");

/** What the two share. */
export interface CallBridge {
  /** Set by `process-isolation/pihost` when a module first imports it: before, no call pays for the bookkeeping. */
  storage: AsyncLocalStorage<IncomingCall> | undefined;
}

const bridge: CallBridge = { storage: undefined };
Object.defineProperty(globalThis, BRIDGE, { value: bridge });

/** Runs a call, so that `currentCall()` knows it where anybody may ask. */
export function runInCall(call: IncomingCall, callee: Callee, args: readonly unknown[]): unknown {
  const { storage } = bridge;
  return storage === undefined ? callee(...args) : storage.run(call, callee, ...args);
}
