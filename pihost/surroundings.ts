import type { PihostBridge } from "../src/inside/bridge.js";
import type { ModuleLoaderOptions } from "./modules/index.js";

/** What a pihost does to the process that it runs in: one of its own, or its host's, which goes on without it. */
export interface Surroundings {
  /** How modules are loaded here. */
  readonly loading: Pick<ModuleLoaderOptions, "beforeFirstLoad" | "executable" | "importModule">;
  /** Lends `process-isolation/pihost` what its functions are about. */
  offer(lent: Pick<PihostBridge, "data" | "use">): void;
  /** Has a function called when the process exits. */
  onExit(flush: () => void): void;
  /** The pihost has ended in order. */
  exit(code: number): void;
}
