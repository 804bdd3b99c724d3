import { IsolationError } from "../src/errors/index.js";
import type { Callee } from "../src/session/index.js";
import type { Pihost } from "./pihost.js";
import { readStatus } from "./read-status.js";

/** The module `pihost:`, by which the process itself answers inside a Session. */
export interface HostModule {
  /** @throws IsolationError METHOD_NOT_FOUND */
  method(name: string): Callee;
  /** Whether a function is one of these, which no ledger counts and no drain refuses. */
  owns(callee: Callee): boolean;
}

export function createHostModule(pihost: Pihost): HostModule {
  const methods = new Map<string, Callee>([
    ["status", () => readStatus(pihost)],
    [
      "shutdown",
      (reason, graceMs, stopAfterMs) => {
        const { inFlight } = pihost.ledger;
        pihost.shutdown(String(reason), Number(graceMs), stopAfterMs === undefined ? undefined : Number(stopAfterMs));
        return inFlight;
      },
    ],
    ["setData", (name, value) => pihost.data.receive(String(name), value)],
    ["takeOver", (generation) => pihost.takeOver(Number(generation))],
    ["preload", (modules) => pihost.preload(modules as string[])],
    ["activate", (modules) => pihost.activate(modules as string[])],
    ["mayHandOn", (targets) => pihost.mayHandOn(targets as string[])],
    ["exports", (module) => pihost.exportsOf(String(module))],
    ["serve", (request) => pihost.serveServices(request)],
    ["getData", (name) => pihost.data.get(String(name))],
  ]);
  const own = new Set(methods.values());
  return {
    method(name) {
      const found = methods.get(name);
      if (found !== undefined) return found;
      const known = [...methods.keys()].join(", ");
      throw new IsolationError("METHOD_NOT_FOUND", `pihost: has no method ${JSON.stringify(name)}; it has ${known}`);
    },
    owns: (callee) => own.has(callee),
  };
}
