import { existsSync } from "node:fs";
import { basename, extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { aBoolean, IsolationError, invalidOption, ownOptions } from "../../errors/index.js";
import { milliseconds, moduleName } from "../../isolator/index.js";
import { type PoolOptions, resolvePoolOptions } from "../../pool/index.js";

/** What a processor decides itself, or has no use for. */
const DECIDED = [
  "key",
  "lifecycle",
  "maxQueue",
  "onGeneration",
  "preload",
  "restart",
  "runtime",
  "signal",
] as const satisfies readonly (keyof PoolOptions)[];

/**
 * Options of `isolatedProcessor`: those of a pool and of its processes, as in `isolatePool`, and these.
 *
 * Other defaults than there: `max` is 1,024, since a Worker has no more jobs at once than its own `concurrency`. `inheritEnv` is
 * true, and `stdout` and `stderr` are `"inherit"`, because a file that BullMQ's own sandbox has run may count on that. However
 * often a process crashes, the next job gets a fresh one: only ever later (up to 5 s) as long as every job crashes.
 */
export interface IsolatedProcessorOptions
  extends Omit<PoolOptions, (typeof DECIDED)[number] | "callTimeoutMs" | "cancelGraceMs"> {
  /** The export that runs the jobs, as a path: `"resize"`, `"images.resize"`. Default: the default export. */
  method?: string;
  /**
   * Milliseconds that a job may take, waiting for a process included. Then its signal is aborted, with an IsolationError
   * DEADLINE_EXCEEDED as reason. What it comes to within `cancelGraceMs` counts; after that the job fails with that error, and its
   * process is killed. Default: none.
   */
  callTimeoutMs?: number;
  /**
   * Milliseconds that a job gets to end by itself after its signal was aborted. Then it fails, and its process is killed as soon as
   * no other job runs there. Default: that of `graceMs` after `callTimeoutMs`; none after `worker.cancelJob()`, so that, as
   * in BullMQ, the job decides how it ends, within its `callTimeoutMs`.
   */
  cancelGraceMs?: number;
  /**
   * Whether a job whose module cannot be loaded, or has no function to run it, is tried again as its `attempts` say. Default
   * false: it fails at once, with the reason, as by an UnrecoverableError.
   */
  retryBrokenModule?: boolean;
}

/** The options after validation. */
export interface ProcessorPolicy {
  readonly module: string;
  readonly method: string | undefined;
  readonly callTimeoutMs: number | undefined;
  readonly cancelGraceMs: number | undefined;
  readonly graceMs: number;
  readonly retryBrokenModule: boolean;
  /** Of the pool; without its `onGeneration`. */
  readonly pool: PoolOptions;
}

/** No job finds the pool down: each attempt of a job costs one process at the most, and those come ever later. */
const ENDLESS = { maxRestarts: 1e9, backoff: { initialMs: 50, maxMs: 500, factor: 2, jitter: 0.5 } };

/**
 * Validates all of it.
 *
 * @throws IsolationError INVALID_OPTION for the first bad one, MODULE_NOT_FOUND for a file that is not there
 */
export function resolveProcessor(module: string | URL, options: IsolatedProcessorOptions): ProcessorPolicy {
  const names = Object.keys(Object(options));
  for (const name of DECIDED) if (names.includes(name)) throw decided(name);
  const {
    method,
    callTimeoutMs,
    cancelGraceMs,
    retryBrokenModule = false,
    ...others
  } = ownOptions("options", options, names);
  const given: PoolOptions = { inheritEnv: true, stdout: "inherit", stderr: "inherit", max: 1_024, ...others };
  const name = moduleName(module);
  const { member } = resolvePoolOptions(name, given, { name: "processor" });
  const file = fileOf(name, member.from);
  const poolName = nameOf(file);
  return Object.freeze({
    module: file,
    method: method === undefined ? undefined : exportPath(method),
    callTimeoutMs: callTimeoutMs === undefined ? undefined : milliseconds("callTimeoutMs", callTimeoutMs, 1),
    cancelGraceMs: cancelGraceMs === undefined ? undefined : milliseconds("cancelGraceMs", cancelGraceMs),
    graceMs: member.graceMs,
    retryBrokenModule: aBoolean("retryBrokenModule", retryBrokenModule),
    pool: {
      ...(poolName === undefined ? {} : { name: poolName }),
      ...given,
      lifecycle: [file],
      restart: ENDLESS,
      // Who decides when a job has had its time has waited already.
      cancelGraceMs: 0,
    },
  });
}

function decided(name: string): IsolationError {
  return new IsolationError(
    "INVALID_OPTION",
    `options of a processor have no ${JSON.stringify(name)}: it decides that itself`,
  );
}

function exportPath(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalidOption("method", 'the path of an export, such as "resize" or "images.resize"', value);
}

/** What BullMQ takes for the ending of a file, and what it does not know. */
const ENDINGS = [".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".jsx", ".tsx", ".flow"];

/**
 * The file that a path means, as in BullMQ: one without an ending has `.js`. That there is none is found out before there is
 * a job to fail.
 */
function fileOf(module: string, from: string): string {
  const path = pathOf(module, from);
  if (path === undefined || existsSync(path)) return module;
  if (!ENDINGS.includes(extname(path)) && existsSync(`${path}.js`)) return `${path}.js`;
  const message = `the processor's module ${JSON.stringify(module)} is not there: there is no file ${path}`;
  throw new IsolationError("MODULE_NOT_FOUND", message);
}

/** The path of a module that is named by one; a package has none. */
function pathOf(module: string, from: string): string | undefined {
  if (/^file:/i.test(module)) return fileURLToPath(module);
  if (isAbsolute(module)) return module;
  return /^\.\.?(?:[/\\]|$)/.test(module) ? resolve(fileURLToPath(from), module) : undefined;
}

/** What its processes are called in messages: by the file, where that makes a name. */
function nameOf(module: string): string | undefined {
  const name = basename(module, extname(module)).slice(0, 64);
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) ? name : undefined;
}
