import type { Go } from "../src/contract/index.js";
import { bridge } from "./current-call.js";
import { waitForDebugger } from "./debugging.js";
import { makeOutputSynchronous } from "./output.js";
import type { Surroundings } from "./surroundings.js";

/** A process that runs nothing else. */
export function ownProcess({ debug }: Pick<Go, "debug">): Surroundings {
  return {
    loading: {
      executable: __dirname,
      beforeFirstLoad() {
        makeOutputSynchronous();
        process.setSourceMapsEnabled(true);
        if (debug) waitForDebugger();
      },
    },
    offer: (lent) => void Object.assign(bridge, lent),
    onExit: (flush) => void process.once("exit", flush),
    exit: (code) => process.exit(code),
  };
}
