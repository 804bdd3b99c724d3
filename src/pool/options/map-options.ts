import { aBoolean, ownOptions, wholeNumber } from "../../errors/index.js";
import { anAbortSignal } from "../../isolator/index.js";

/** How `map` goes through its source. */
export interface MapOptions {
  /**
   * Items that were taken from the source and whose results were not, at the most. A whole number from 1. Default: the calls that
   * the pool runs at once (`max` times `concurrency`).
   */
  concurrency?: number;
  /** Whether results come in the order of the source. Default true; `false`: as they are done. */
  ordered?: boolean;
  /** Ends it with CANCELLED, and the calls that are under way. */
  signal?: AbortSignal;
}

export interface ResolvedMapOptions {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly signal: AbortSignal | undefined;
}

export function resolveMapOptions(options: MapOptions, defaultConcurrency: number): ResolvedMapOptions {
  const { concurrency, ordered, signal } = ownOptions("map options", options, ["concurrency", "ordered", "signal"]);
  return {
    concurrency: concurrency === undefined ? defaultConcurrency : wholeNumber("concurrency", concurrency, 1, 1e6),
    ordered: ordered === undefined ? true : aBoolean("ordered", ordered),
    signal: anAbortSignal("signal", signal),
  };
}
