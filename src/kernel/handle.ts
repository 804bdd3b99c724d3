import { IsolationError } from "../errors/index.js";
import {
  type BoundCall,
  type CallOptions,
  createRemote,
  type ProcessIsolator,
  type Remote,
} from "../isolator/index.js";
import type { Unit } from "./life/index.js";

/** An isolate of a kernel. The handle stays valid whatever happens to what is behind it: restarts, replacements, stops. */
export interface KernelIsolate<T> {
  readonly name: string;
  /** The module's exports, each an asynchronous call. */
  readonly api: Remote<T>;
  /**
   * The isolator that is behind it now. Reading it throws an IsolationError: STOPPED while there is none, INVALID_OPTION where
   * `instances` of the manifest makes several processes of it.
   */
  readonly isolator: ProcessIsolator;
}

/** @param options of every call through this handle */
export function handleOf<T>(unit: Unit, options?: CallOptions): KernelIsolate<T> {
  const api = createRemote<T>(unit.name, (path) => {
    let run: BoundCall | undefined;
    let boundTo: unknown;
    const call = (...args: unknown[]): Promise<unknown> => {
      const { current } = unit;
      if (current === undefined) return unit.there().then(() => call(...args));
      if (boundTo !== current) {
        run = current.calls.binder(options)(unit.module, path);
        boundTo = current;
      }
      return (run as BoundCall)(args, call);
    };
    return call;
  });
  return {
    name: unit.name,
    api,
    get isolator() {
      if (unit.current === undefined) throw unit.downError();
      const { isolator } = unit.current;
      if (isolator !== undefined) return isolator;
      const message = `${unit.name} has instances, and so no isolator of its own: read kernel.list(), and listen to kernel.events`;
      throw new IsolationError("INVALID_OPTION", message, { facts: { isolate: unit.name } });
    },
  };
}
