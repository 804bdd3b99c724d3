import { HOST_MODULE } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Callee, CallHandler } from "../session/index.js";

/** What an isolated process may call of the host, beside what it was lent: `setData`, which keeps the isolate's data. */
export function hostFunctions(setData: (name: unknown, value: unknown) => Promise<void>): CallHandler {
  const store: Callee = (name, value) => setData(name, value);
  return {
    resolve: (module, method) => {
      if (module === HOST_MODULE && method === "setData") return store;
      throw new IsolationError(
        "METHOD_NOT_FOUND",
        `the host serves no modules; ${module} cannot be called from an isolate`,
      );
    },
    run: (callee, args) => (typeof callee === "function" ? callee(...args) : callee.then((own) => own(...args))),
  };
}
