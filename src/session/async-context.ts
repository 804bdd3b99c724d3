import { AsyncLocalStorage } from "node:async_hooks";

/** Runs something where the stores of every `AsyncLocalStorage` are what they were when this was made. */
export type AsyncContext = <T>(run: () => T) => T;

/** The stores that hold now, for what others will call later. */
export function captureContext(): AsyncContext {
  return AsyncLocalStorage.snapshot();
}
