import { HOST_MODULE } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Callee, CallHandler, SessionCall } from "../session/index.js";

const SERVED = Symbol("served");

/** What an isolated process may call that wants to know of the call. Made by `toServed`; never called itself. */
export interface ServedCallee extends Callee {
  readonly [SERVED]: (args: readonly unknown[], call: SessionCall) => unknown;
}

/** Finds what a process wants to call of the host, or of others through it; `undefined` for what is not served to it. */
export type Serve = (module: string, method: string) => ServedCallee | undefined;

/** A function for a process to call, which is told of the call itself. */
export function toServed(run: ServedCallee[typeof SERVED]): ServedCallee {
  return Object.assign(() => undefined, { [SERVED]: run });
}

/**
 * What an isolated process may call of the host, beside what it was lent: `setData`, which keeps the isolate's data, and
 * what is served to it.
 */
export function hostFunctions(
  setData: (name: unknown, value: unknown) => Promise<void>,
  serve: Serve | undefined,
): CallHandler {
  const store: Callee = (name, value) => setData(name, value);
  return {
    resolve: (module, method) => {
      if (module === HOST_MODULE && method === "setData") return store;
      const found = serve?.(module, method);
      if (found !== undefined) return found;
      const message = `the host serves no modules; ${module} cannot be called from an isolate`;
      throw new IsolationError("METHOD_NOT_FOUND", message);
    },
    run: (callee, args, call) => {
      if (typeof callee !== "function") return callee.then((own) => own(...args));
      const run = (callee as Partial<ServedCallee>)[SERVED];
      return run === undefined ? callee(...args) : run(args, call);
    },
  };
}
