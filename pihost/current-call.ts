import { registerErrorClass } from "../src/codec/index.js";
import { offerBridge, type PihostBridge } from "../src/inside/bridge.js";
import type { Callee, IncomingCall } from "../src/session/index.js";

const bridge: PihostBridge = { storage: undefined, registerErrorClass };
offerBridge(bridge);

/** Runs a call, so that `currentCall()` knows it where anybody may ask. */
export function runInCall(call: IncomingCall, callee: Callee, args: readonly unknown[]): unknown {
  const { storage } = bridge;
  return storage === undefined ? callee(...args) : storage.run(call, callee, ...args);
}
