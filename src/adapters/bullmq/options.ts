import { existsSync } from "node:fs";
import { extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { aBoolean, IsolationError, invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import { type IsolationOptions, moduleName, resolveOptions } from "../../isolator/index.js";
import { LONGEST_TIMER_MS } from "../../platform/index.js";

/** What a processor decides itself, or has no use for. */
type Decided = "debug" | "lifecycle" | "maxInFlight" | "maxQueue" | "onGeneration" | "preload" | "runtime" | "signal";

/**
 * Options of `isolatedProcessor`: those of the processes, as in `isolate`, and these. Other defaults than there: `inheritEnv`
 * is true and `stdout` and `stderr` are `"inherit"`, because a file that BullMQ's own sandbox runs may count on that; and
 * `restart` knows no end, because one bad job must not take the others with it.
 */
export interface IsolatedProcessorOptions extends Omit<IsolationOptions, Decided> {
  /** The export that runs the jobs, as a path: `"resize"`, `"images.resize"`. Default: the default export. */
  method?: string;
  /** Jobs that one process runs at once. A whole number from 1. Default 1: a crash is then one job's alone. */
  concurrency?: number;
  /**
   * Processes at the most. A whole number from 1. Default: as many as jobs run at once, which is the `concurrency` of the
   * Worker over that of a process.
   */
  max?: number;
  /** Milliseconds after which a process without a job is ended; 0 keeps none. Default: none is ended before the Worker closes. */
  idleMs?: number;
  /**
   * Milliseconds that a job may take. Then its signal is aborted, with an IsolationError DEADLINE_EXCEEDED; what it ends with
   * within `cancelGraceMs` counts, and after that its process is killed and the job fails with that error. Default: none.
   */
  callTimeoutMs?: number;
  /**
   * Milliseconds that a job gets to end by itself after its signal was aborted; then its process is killed. Not with
   * `concurrency` above 1, where others would die with it. Default: after `callTimeoutMs` that of `graceMs`; after
   * `worker.cancelJob()` any time, as in BullMQ.
   */
  cancelGraceMs?: number;
  /**
   * Whether a job is tried again, as its `attempts` say, when the module cannot be loaded or exports no function. Default
   * false: it fails at once, with the reason.
   */
  retryBrokenModule?: boolean;
}

/** The options after validation. */
export interface ResolvedProcessor {
  readonly module: string;
  readonly method: string | undefined;
  readonly concurrency: number;
  readonly max: number | undefined;
  readonly idleMs: number | undefined;
  readonly callTimeoutMs: number | undefined;
  readonly cancelGraceMs: number | undefined;
  readonly graceMs: number;
  readonly retryBrokenModule: boolean;
  /** Those of each process. */
  readonly isolation: IsolationOptions<undefined>;
}

const OWN = ["method", "concurrency", "max", "idleMs", "callTimeoutMs", "cancelGraceMs", "retryBrokenModule"];
const DECIDED = ["debug", "lifecycle", "maxInFlight", "maxQueue", "onGeneration", "preload", "runtime", "signal"];

/** What BullMQ takes for a file with an ending. */
const ENDINGS = [".js", ".ts", ".flow", ".cjs", ".mjs", ".mts", ".cts", ".tsx", ".jsx"];

/** Validates all of it; throws INVALID_OPTION for the first bad one, and MODULE_NOT_FOUND for a file that is not there. */
export function resolveProcessor(module: string | URL, options: IsolatedProcessorOptions): ResolvedProcessor {
  const given = ownOptions("options", options, Object.keys(Object(options)));
  for (const name of DECIDED) {
    if (given[name] !== undefined) throw invalidOption(name, "left out: a processor decides it itself", given[name]);
  }
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => !OWN.includes(name)));
  const isolation: IsolationOptions<undefined> = {
    inheritEnv: true,
    stdout: "inherit",
    stderr: "inherit",
    restart: { maxRestarts: 1e9 },
    ...others,
  };
  const { from, graceMs } = resolveOptions(isolation, { name: "processor" });
  const { method, retryBrokenModule = false } = given;
  if (method !== undefined && (typeof method !== "string" || method === "")) {
    throw invalidOption("method", "the path of an export", method);
  }
  const name = fileName(moduleName(module), from);
  const concurrency = given.concurrency === undefined ? 1 : wholeNumber("concurrency", given.concurrency, 1, 1e6);
  const cancelGraceMs = milliseconds("cancelGraceMs", given.cancelGraceMs, 0);
  if (cancelGraceMs !== undefined && concurrency > 1) {
    throw invalidOption(
      "cancelGraceMs",
      "left out with concurrency above 1: a kill would end other jobs",
      cancelGraceMs,
    );
  }
  return Object.freeze({
    module: name,
    method,
    concurrency,
    max: given.max === undefined ? undefined : wholeNumber("max", given.max, 1, 1e6),
    idleMs: milliseconds("idleMs", given.idleMs, 0),
    callTimeoutMs: milliseconds("callTimeoutMs", given.callTimeoutMs, 1),
    cancelGraceMs,
    graceMs,
    retryBrokenModule: aBoolean("retryBrokenModule", retryBrokenModule),
    isolation: { ...isolation, lifecycle: [name] },
  });
}

function milliseconds(name: string, value: unknown, min: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= min && value <= LONGEST_TIMER_MS) return value;
  throw invalidOption(name, `milliseconds from ${min} to ${LONGEST_TIMER_MS}`, value);
}

/**
 * The file that a path means, as in BullMQ: without an ending, the one with `.js`. A file that is not there is found out
 * before there is a job to fail.
 */
function fileName(module: string, from: string): string {
  const path = pathOf(module, from);
  if (path === undefined || existsSync(path)) return module;
  if (!ENDINGS.includes(extname(path)) && existsSync(`${path}.js`)) return `${path}.js`;
  throw new IsolationError(
    "MODULE_NOT_FOUND",
    `the processor's module ${JSON.stringify(module)} is not there: no file ${path}`,
  );
}

/** The path of a module that is named by one; packages have none. */
function pathOf(module: string, from: string): string | undefined {
  if (/^file:/i.test(module)) return fileURLToPath(module);
  if (isAbsolute(module)) return module;
  return /^\.\.?(?:[/\\]|$)/.test(module) ? resolve(fileURLToPath(from), module) : undefined;
}
