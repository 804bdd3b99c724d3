import { IsolationError } from "../errors/index.js";
import type { CallHandler } from "../session/index.js";

/** The isolated process may call what it was lent, and nothing else of the host. */
export const NO_MODULES: CallHandler = {
  resolve: (module) => {
    throw new IsolationError(
      "METHOD_NOT_FOUND",
      `the host serves no modules; ${module} cannot be called from an isolate`,
    );
  },
  run: (callee, args) => (typeof callee === "function" ? callee(...args) : callee.then((own) => own(...args))),
};
