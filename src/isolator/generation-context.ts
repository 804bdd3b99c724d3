import type { Remote } from "../inside/index.js";
import type { CallOptions } from "./options/index.js";

/** What `onGeneration` is told of the process that it prepares. All calls that are made through it reach that process only. */
export interface GenerationContext {
  /** The isolate's name. */
  readonly isolate: string;
  /** 1 for the isolator's first process, one more at each restart and each replacement. */
  readonly generation: number;
  readonly pid: number;
  /** Aborted when the process is not to take calls: it ended, `startTimeoutMs` passed, or the isolator is being stopped. */
  readonly signal: AbortSignal;
  /** As `ProcessIsolator.load`. */
  load<T>(module: string | URL, options?: CallOptions): Remote<T>;
  /** As `ProcessIsolator.invoke`. */
  invoke<T = unknown>(
    module: string | URL,
    method: string,
    args?: readonly unknown[],
    options?: CallOptions,
  ): Promise<T>;
}

/** Prepares a process for its calls; what it throws, or rejects with, fails the start of that process. */
export type OnGeneration<Api> = (api: Api, context: GenerationContext) => unknown;
