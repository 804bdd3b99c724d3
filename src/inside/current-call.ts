import { AsyncLocalStorage } from "node:async_hooks";
import { type CurrentCall, findBridge } from "./bridge.js";

const bridge = findBridge();
if (bridge !== undefined) bridge.storage ??= new AsyncLocalStorage<CurrentCall>();

/**
 * The call that the running code belongs to, through every `await`; `undefined` outside of a call, and in calls that
 * began before this module was first imported.
 */
export function currentCall(): CurrentCall | undefined {
  return bridge?.storage?.getStore();
}
