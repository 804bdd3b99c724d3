import { AsyncLocalStorage } from "node:async_hooks";
import { type CurrentCall, findBridge } from "./bridge.js";

const bridge = findBridge();
// In a host that runs isolates in its own process this may be loaded before there is any: that one has a storage then.
if (bridge !== undefined) bridge.storage ??= new AsyncLocalStorage<CurrentCall>();

/**
 * The call that the running code belongs to, through every `await`; `undefined` outside of a call, and in calls that
 * began before this module was first imported.
 */
export function currentCall(): CurrentCall | undefined {
  return (bridge ?? findBridge())?.storage?.getStore();
}
