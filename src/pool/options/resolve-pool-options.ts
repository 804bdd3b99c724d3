import { availableParallelism } from "node:os";
import { IsolationError, invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import {
  forModule,
  ISOLATION_OPTION_NAMES,
  milliseconds,
  type ResolvedOptions,
  resolveOptions,
  wholeNumberOrInfinity,
} from "../../isolator/index.js";

import type { RestartPolicy } from "../../supervision/index.js";
import type { PoolOptions } from "./pool-options.js";

/** Restarts of one process within the window, where nobody says otherwise; so many in a row are the end in any case. */
const RESTARTS = 10;
const MAX_PROCESSES = 1_024;
const MAX_SPARES = 64;

/** The pool's own options, complete. */
export interface PoolPolicy {
  readonly min: number;
  readonly max: number;
  readonly idleMs: number;
  readonly concurrency: number;
  readonly maxQueue: number;
  readonly scaleUpAfterMs: number;
  readonly key: NonNullable<PoolOptions["key"]> | undefined;
  readonly spares: number;
  readonly cancelGraceMs: number;
  readonly restart: RestartPolicy;
  /** Restarts in a row without one process that has answered a call. */
  readonly maxInVain: number;
  /** Whether each process has one call. */
  readonly isOneShot: boolean;
  /** Starts at once. */
  readonly startsAtOnce: number;
}

export interface ResolvedPoolOptions {
  readonly pool: PoolPolicy;
  /** Of each process. */
  readonly member: ResolvedOptions;
  /** Cancels the start. */
  readonly signal: AbortSignal | undefined;
}

const OWN = [
  ...["min", "max", "idleMs", "concurrency", "maxQueue", "scaleUpAfterMs"],
  ...["key", "spares", "cancelGraceMs", "restart"],
];

/** What decides in a pool what an option decides for a single process. */
const INSTEAD = new Map([
  ["maxInFlight", "concurrency, which is for each process"],
  ["standby", "spares"],
  ["onCrash", "restart"],
  ["record", "it to isolate(): a record is of one process"],
]);

const NAMES = [...new Set([...OWN, ...ISOLATION_OPTION_NAMES])].filter((name) => !INSTEAD.has(name));

/**
 * Checks all options of a pool.
 *
 * @throws IsolationError INVALID_OPTION naming the option, its bound, and what came
 */
export function resolvePoolOptions<Api>(
  module: string | URL,
  options: PoolOptions<Api>,
  defaults: { readonly name: string },
): ResolvedPoolOptions {
  const given = ownPoolOptions(options);
  const isolation = Object.fromEntries(
    Object.entries(given).filter(([name]) => !OWN.includes(name) || name === "restart"),
  );
  const resolved = resolveOptions(forModule(module, isolation), defaults);
  const pool = resolvePolicy(given, resolved);
  const { recycle } = resolved;
  const member = {
    ...resolved,
    maxInFlight: Number.POSITIVE_INFINITY,
    maxQueue: Number.POSITIVE_INFINITY,
    signal: undefined,
    // That each process has one call is for the pool to see to.
    recycle: pool.isOneShot ? undefined : recycle,
  };
  return Object.freeze({ pool, member: Object.freeze(member), signal: resolved.signal });
}

function ownPoolOptions(options: unknown): Readonly<Record<string, unknown>> {
  const names = typeof options === "object" && options !== null ? Object.keys(options) : [];
  for (const name of names) {
    const instead = INSTEAD.get(name);
    if (instead === undefined) continue;
    throw new IsolationError("INVALID_OPTION", `pool options have no ${JSON.stringify(name)}: give ${instead}`);
  }
  return ownOptions("pool options", options, NAMES);
}

function resolvePolicy(given: Readonly<Record<string, unknown>>, { recycle, restart }: ResolvedOptions): PoolPolicy {
  const isOneShot = recycle?.afterCalls === 1;
  const { max: mostGiven, spares: sparesGiven, concurrency: concurrencyGiven = 1, key, restart: restartGiven } = given;
  const max = mostGiven === undefined ? defaultMax(given.min) : wholeNumber("max", mostGiven, 1, MAX_PROCESSES);
  const spares = sparesGiven === undefined ? (isOneShot ? 1 : 0) : wholeNumber("spares", sparesGiven, 0, MAX_SPARES);
  const { min = spares > 0 ? 0 : 1 } = given;
  if (key !== undefined && typeof key !== "function") throw invalidOption("key", "a function", key);
  const { idleMs = 10_000, maxQueue = Number.POSITIVE_INFINITY, scaleUpAfterMs = 20, cancelGraceMs = 1_000 } = given;
  return Object.freeze({
    min: wholeNumber("min", min, 0, max),
    max,
    idleMs: millisecondsOrInfinity("idleMs", idleMs),
    concurrency: isOneShot ? one(concurrencyGiven) : wholeNumber("concurrency", concurrencyGiven, 1, 1e9),
    maxQueue: wholeNumberOrInfinity("maxQueue", maxQueue, 0),
    scaleUpAfterMs: milliseconds("scaleUpAfterMs", scaleUpAfterMs),
    key: key as PoolPolicy["key"],
    spares,
    cancelGraceMs: millisecondsOrInfinity("cancelGraceMs", cancelGraceMs),
    restart: saysHowOften(restartGiven) ? restart : Object.freeze({ ...restart, maxRestarts: RESTARTS * max }),
    maxInVain: saysHowOften(restartGiven) ? restart.maxRestarts : RESTARTS,
    isOneShot,
    startsAtOnce: availableParallelism(),
  });
}

/** The processors that the host may use, or as many as are kept in any case. */
function defaultMax(min: unknown): number {
  const kept = min === undefined ? 0 : wholeNumber("min", min, 0, MAX_PROCESSES);
  return Math.max(kept, availableParallelism());
}

function one(value: unknown): 1 {
  if (value === 1) return 1;
  throw invalidOption("concurrency", "1 with recycle: { afterCalls: 1 }, where each process has one call", value);
}

function millisecondsOrInfinity(name: string, value: unknown): number {
  return value === Number.POSITIVE_INFINITY ? value : milliseconds(name, value);
}

/** Whether the option `restart` has a number of restarts, rather than the default one. */
function saysHowOften(restart: unknown): boolean {
  if (typeof restart !== "object" || restart === null) return restart === false;
  return (restart as { maxRestarts?: unknown }).maxRestarts !== undefined;
}
