import { HOST_MODULE } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Callee, CallHandler, IncomingCall } from "../session/index.js";

/** A function that an isolated process may call, which is told of the call itself. */
export type ServedFunction = (args: readonly unknown[], call: IncomingCall) => unknown;

/** Finds what a process wants to call of the host, or of others through it; `undefined` for what is not served to it. */
export type Serve = (module: string, method: string) => ServedFunction | undefined;

/**
 * What an isolated process may call of the host, beside what it was lent: `setData`, which keeps the isolate's data, and
 * what is served to it.
 */
export function hostFunctions(
  setData: (name: unknown, value: unknown) => Promise<void>,
  serve: Serve | undefined,
): CallHandler {
  const store: Callee = (name, value) => setData(name, value);
  const served = new WeakMap<Callee, ServedFunction>();
  return {
    resolve: (module, method) => {
      if (module === HOST_MODULE && method === "setData") return store;
      const found = serve?.(module, method);
      if (found === undefined) {
        const message = `the host serves no modules; ${module} cannot be called from an isolate`;
        throw new IsolationError("METHOD_NOT_FOUND", message);
      }
      // Never called: it stands for what is.
      const stand: Callee = () => undefined;
      served.set(stand, found);
      return stand;
    },
    run: (callee, args, call) => {
      if (typeof callee !== "function") return callee.then((own) => own(...args));
      const found = served.get(callee);
      return found === undefined ? callee(...args) : found(args, call);
    },
  };
}
