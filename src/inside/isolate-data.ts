import { findBridge, type IsolateDataBridge } from "./bridge.js";

/** Outside of an isolated process, where nobody keeps data, a module keeps its own: so it can be tested as it is. */
const OUTSIDE = new Map<string, unknown>();
const outside: IsolateDataBridge = {
  get: (name) => OUTSIDE.get(name),
  set: async (name, value) => void OUTSIDE.set(name, structuredClone(value)),
};

const dataOf = (): IsolateDataBridge => findBridge()?.data ?? outside;

/**
 * A value of the isolate, stored by `setData` here or by `ProcessIsolator.setData` in the host; `undefined` when there is
 * none of that name. It is there again after every restart, before the first module is loaded.
 *
 * @returns a copy: to change what is stored, store it again
 */
export function getData<T = unknown>(name: string): T | undefined {
  return dataOf().get(name) as T | undefined;
}

/**
 * Stores a value for the isolate: `ProcessIsolator.getData` in the host reads it, and so do all later processes of the
 * isolate. `undefined` takes it away. Seen here at once.
 *
 * @param value one that can cross, as it is now: later changes are not seen. All that processes of an isolate have stored
 * may take 16 MiB, as bytes, in 1,000 names at the most
 * @returns when the host has it. Rejects with an IsolationError: NOT_SERIALIZABLE naming the path, or INVALID_OPTION for
 * what is too much; what was stored before is there then
 */
export function setData(name: string, value: unknown): Promise<void> {
  return dataOf().set(name, value);
}
