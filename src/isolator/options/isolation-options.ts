import { type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { aBoolean, invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import {
  type ByteSize,
  type Diagnostics,
  type DiagnosticsOptions,
  type LimitOptions,
  type ResolvedLimits,
  resolveDiagnostics,
  resolveLimits,
  toBytes,
} from "../../limits/index.js";
import type { RecorderOptions } from "../../recording/index.js";
import { type Confinement, type ConfinementOptions, resolveConfinement } from "../../sandbox/index.js";
import type { Budget } from "../../session/index.js";
import type { FeatureNeed, RecyclePolicy, RestartPolicy } from "../../supervision/index.js";
import { resolveTelemetry, type Telemetry } from "../../telemetry/index.js";
import type { OnGeneration } from "../generation-context.js";
import { type BudgetOptions, defaultMaxPayload, resolveBudget } from "./budget-options.js";
import { anAbortSignal, aString, milliseconds, oneOf, strings, wholeNumberOrInfinity } from "./checks.js";
import { resolveEnvironment } from "./environment-options.js";
import { resolveExecPath } from "./exec-path-option.js";
import { featureNeeds } from "./feature-needs.js";
import { asksLifecycle, resolveModules, resolveOnGeneration } from "./generation-options.js";
import {
  type InProcessOption,
  type ResolvedInProcess,
  refuseInProcess,
  resolveInProcess,
} from "./in-process-option.js";
import { type OutputOption, type ResolvedOutput, resolveOutput } from "./output-options.js";
import { resolvePihostPath } from "./pihost-path.js";
import { type RecordOptions, resolveRecord } from "./record-option.js";
import { type RecycleOptions, resolveRecycle } from "./recycle-options.js";
import { type OnCrash, type RestartOptions, resolveOnCrash, resolveRestart } from "./restart-options.js";
import { type ResolvedRuntime, type RuntimeOption, refuseForCommand, resolveRuntime } from "./runtime-option.js";

/** How much the framework itself writes to the host's stderr. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/**
 * All options of `ProcessIsolator.create` and `isolate`. Every one is optional.
 *
 * `Api` is what `onGeneration` is given: the typed proxy of the module for `isolate`, nothing for `create`.
 */
export interface IsolationOptions<Api = unknown> extends ConfinementOptions {
  /** The isolate's name in events, errors, logs and `pihost ps`: 1 to 64 letters, digits, `.`, `_` or `-`. Default `isolate-<n>`. */
  name?: string;
  /**
   * Where relative module paths and bare package names are resolved: a folder, a file, or a file URL such as
   * `import.meta.url`. Default: the working directory.
   */
  from?: string | URL;
  /** Whether, and how often, a crashed process is started again. Default `true`: 10 times within 60 s. */
  restart?: boolean | RestartOptions;
  /** What a crash leads to. Default `"restart"`; the other two turn `restart` off. */
  onCrash?: OnCrash;
  /** Milliseconds until a start fails with START_TIMEOUT. Default 10,000. Does not run while a debugger is awaited. */
  startTimeoutMs?: number;
  /** Milliseconds that running calls get to finish on `shutdown()`. Default 5,000. */
  graceMs?: number;
  /** Milliseconds until a call fails with DEADLINE_EXCEEDED, unless the call has its own `timeoutMs`. Default: none. */
  callTimeoutMs?: number;
  /**
   * Milliseconds that the process's event loop may take to answer before it is killed and its calls fail with
   * UNRESPONSIVE. Default: none, because a module may rightly compute for long; a process that is stopped by a signal
   * (SIGSTOP) while a call waits is replaced after 5,000 ms in any case, on Linux. Not looked at with `debug`.
   */
  unresponsiveAfterMs?: number;
  /**
   * Spare processes that are kept started, with the modules loaded that were called so far: a crash then costs a
   * hand-over, not a start. A whole number from 0 to 64. Default 0.
   */
  standby?: number;
  /**
   * Prepares each process before any call reaches it: the first one, one after a crash, a spare that takes over, one that
   * replaces another. It is awaited; calls that were made meanwhile wait, or go to the process that is replaced. What it
   * calls through `api`, through the context, and through the isolate's own handle reaches the new process.
   *
   * When it throws, that start has failed with START_FAILED, and what it threw as `cause`: the first start for good, a
   * later one at the cost of one restart, and a replacement does not take place. `startTimeoutMs` counts; when it has
   * passed, START_TIMEOUT. Default: nothing.
   */
  onGeneration?: OnGeneration<Api>;
  /**
   * Modules that each process loads before any call reaches it, rather than at the first call: names, or `true` for the
   * module of `isolate`. A start fails with MODULE_NOT_FOUND or MODULE_FAILED when one cannot be loaded. Default: none.
   */
  preload?: boolean | readonly (string | URL)[];
  /**
   * Whose exports `start()` and `stop()` are the module's own: in each process, `start()` is awaited before the first call
   * of the module, and `stop()` before the process ends in order. `true` for every module, `false` for none, or a list.
   * A `start` or `stop` with required parameters is left alone. Default: the module of `isolate`; with `create`, none.
   */
  lifecycle?: boolean | readonly (string | URL)[];
  /** What the process, with everything that it starts, may use. Default: whatever it likes. */
  limits?: LimitOptions;
  /** What Node.js writes, and where, when the JavaScript heap is full. Default: nothing. */
  diagnostics?: DiagnosticsOptions;
  /** When a process that works is replaced by a fresh one. Default: never. */
  recycle?: RecycleOptions;
  /** Calls that run in the process at once; more wait. A whole number from 1, or Infinity. Default 1,024. */
  maxInFlight?: number;
  /** Calls that may wait; one more fails with QUEUE_FULL. A whole number from 0, or Infinity. Default Infinity. */
  maxQueue?: number;
  /**
   * Bytes of one result that the process may send: a number, or `"64MB"`. What is larger fails its call with PROTOCOL. At
   * least `"64KiB"`. Default: a quarter of the memory that the host may use, and no more than `"1GiB"`. What nobody asked
   * for, and what is not plain bytes, has to fit into `budget.held`, too.
   */
  maxPayload?: ByteSize;
  /** What the process may cost the host by what it sends. */
  budget?: BudgetOptions;
  /** Variables of the child's environment, over the inherited ones; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  /**
   * What the child inherits of the host's environment: `false` (default) a short list (PATH, HOME, LANG, TZ, the temp
   * folders and what the platform needs), `true` everything, an array those names beside the short list.
   */
  inheritEnv?: boolean | readonly string[];
  /** The child's working directory. Default: the host's. */
  cwd?: string;
  /**
   * The Node.js that runs the child: a path, or a name on the child's PATH. Default: the host's own; a host that is no
   * Node.js (Bun, Deno, Electron), or a single executable application, has none and must give one.
   */
  execPath?: string;
  /**
   * What the child starts from: a path or file URL of `dist/pihost/boot.cjs` of this package, with the files that are beside it
   * there. For hosts that were bundled without it. Default: the one that is installed with this package.
   */
  pihostPath?: string | URL;
  /**
   * What runs the modules: `"node"` (default); `"python"`, by this package's pihost for Python 3.9 or newer, with the interpreter that the
   * environment variable PIHOST_PYTHON names, else `python3`; or `{ command: [executable, ...args] }`, any program that speaks the
   * handshake of docs/protocol.md, which gets the isolate's name as its last argument. Options that it cannot keep are
   * refused with INVALID_OPTION by name. `execPath`, `execArgv` and `pihostPath` are for `"node"`.
   */
  runtime?: RuntimeOption;
  /**
   * Keeps what the isolate is called with, what it answers, throws, streams and calls back, and its deaths, in a file that only this user can
   * read: a path, or `{ file, maxBytes, redact }`. `pihost replay` runs it again. It holds values as they are, secrets among them: see
   * docs/debugging.md. The host and the process wait for a disk that is slow; large values are slower. Default: nothing.
   */
  record?: string | RecordOptions;
  /**
   * Runs the isolate in the host's own process, for tests of the module: with its breakpoints, its coverage, and the same values,
   * errors, streams and cancellation as in a process of its own. It isolates nothing, and options that take a process are
   * refused with INVALID_OPTION by name; see docs/testing.md. `{ import }` imports the modules as the test runner does:
   * `{ import: (url) => import(url) }` in a test file. Default false.
   */
  inProcess?: InProcessOption;
  /** Command-line flags for that Node.js. Default: none; the host's own are not inherited. */
  execArgv?: readonly string[];
  /** The child waits for a debugger before it loads the first module; the event `debugger` tells the URL. Default false. */
  debug?: boolean;
  /**
   * Whether a debugger may attach to the process, on a free port of the loopback interface; the event `debugger`, and a line on
   * the host's stderr, tell the URL, and the debugger shows the isolate's name. Default: as the host: where that runs with `--inspect`, or
   * has opened its inspector, each process opens one; with `--inspect-brk` or `--inspect-wait` it also waits, as with `debug`. Not
   * in a sandbox, nor without the permission `inspector`. `startTimeoutMs` and `unresponsiveAfterMs` end no process that has one.
   */
  inspect?: boolean;
  /**
   * How the host speaks with the process: `"descriptor"` (default) over a socket that it inherits, with large values in shared
   * memory; `"socket"` by plain gRPC over the socket that it serves to everybody, which is slower, and can be recorded and
   * relayed like any gRPC. Not with `uid` and `gid`, where a process has no such socket.
   */
  lane?: "descriptor" | "socket";
  /** What the framework itself writes to the host's stderr. Default `"silent"`. */
  logLevel?: LogLevel;
  /**
   * What happens to the child's stdout: `"events"` (default) as events of whole lines, which nobody sees unless somebody
   * listens; `"inherit"` to the host's own, byte by byte; `"ignore"`; a Writable stream, or `{ file }`, to which every line is
   * written whole, and before the event `exited`. Who reads such a stream slowly slows the process down. A stream is not ended.
   */
  stdout?: OutputOption;
  /** The same for stderr, whose last 8 KiB are kept for errors in every mode. May be the same stream, or file. */
  stderr?: OutputOption;
  /**
   * Lets the `pihost` command of the same user find this isolate. Default false. It puts the generation's token into a
   * file that only this user can read, and so any process of this user that is not sandboxed.
   */
  discoverable?: boolean;
  /**
   * What hears of the isolate's calls and processes: `openTelemetry()` of `process-isolation/opentelemetry`, `prometheus()` of
   * `process-isolation/prometheus`, one of your own, or a list of several. Default: none, which costs nothing.
   */
  telemetry?: Telemetry | readonly Telemetry[];
  /** Cancels the start. */
  signal?: AbortSignal;
}

/** The options after validation: complete and frozen. */
export interface ResolvedOptions {
  readonly name: string;
  readonly from: string;
  readonly restart: RestartPolicy;
  readonly onCrash: OnCrash;
  readonly startTimeoutMs: number;
  readonly graceMs: number;
  readonly callTimeoutMs: number | undefined;
  readonly unresponsiveAfterMs: number | undefined;
  readonly standby: number;
  readonly onGeneration: OnGeneration<undefined> | undefined;
  readonly preload: readonly string[];
  readonly lifecycle: true | readonly string[];
  readonly limits: ResolvedLimits;
  readonly diagnostics: Diagnostics | undefined;
  readonly recycle: RecyclePolicy | undefined;
  readonly maxInFlight: number;
  readonly maxQueue: number;
  readonly maxPayload: number;
  readonly budget: Budget;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly execPath: string;
  readonly runtime: ResolvedRuntime;
  /** Whether `lifecycle` was asked for, or is what `isolate` does by itself. */
  readonly asksLifecycle: boolean;
  /** What the process must have to keep the options. */
  readonly needs: readonly FeatureNeed[];
  readonly pihostPath: string;
  readonly execArgv: readonly string[];
  readonly debug: boolean;
  readonly inspect: boolean | undefined;
  readonly inProcess: ResolvedInProcess | undefined;
  readonly record: RecorderOptions | undefined;
  readonly lane: "descriptor" | "socket";
  readonly logLevel: LogLevel;
  readonly stdout: ResolvedOutput;
  readonly stderr: ResolvedOutput;
  readonly discoverable: boolean;
  readonly telemetry: readonly Telemetry[];
  readonly signal: AbortSignal | undefined;
  readonly confinement: Confinement;
}

/** Calls that run in a process at once, where nobody says otherwise. */
export const DEFAULT_MAX_IN_FLIGHT = 1_024;

const CONFINEMENT = ["permissions", "sandbox", "uid", "gid", "integrity"] as const;

const RESOLVERS = {
  name: (value: unknown, defaults: Defaults) => resolveName(orDefault(value, defaults.name)),
  from: (value: unknown) => resolveFrom(orDefault(value, process.cwd())),
  restart: (value: unknown) => resolveRestart(value),
  onCrash: (value: unknown) => resolveOnCrash(value),
  startTimeoutMs: (value: unknown) => milliseconds("startTimeoutMs", orDefault(value, 10_000), 1),
  graceMs: (value: unknown) => milliseconds("graceMs", orDefault(value, 5_000)),
  callTimeoutMs: (value: unknown) => (value === undefined ? undefined : milliseconds("callTimeoutMs", value, 1)),
  unresponsiveAfterMs: (value: unknown) =>
    value === undefined ? undefined : milliseconds("unresponsiveAfterMs", value, 100),
  standby: (value: unknown) => wholeNumber("standby", orDefault(value, 0), 0, 64),
  onGeneration: (value: unknown) => resolveOnGeneration(value),
  preload: (value: unknown) => resolveModules("preload", orDefault(value, false)),
  lifecycle: (value: unknown) => resolveModules("lifecycle", orDefault(value, false)),
  limits: (value: unknown) => resolveLimits(value),
  diagnostics: (value: unknown) => resolveDiagnostics(value),
  recycle: (value: unknown) => resolveRecycle(value),
  maxInFlight: (value: unknown) => wholeNumberOrInfinity("maxInFlight", orDefault(value, DEFAULT_MAX_IN_FLIGHT), 1),
  maxQueue: (value: unknown) => wholeNumberOrInfinity("maxQueue", orDefault(value, Number.POSITIVE_INFINITY), 0),
  maxPayload: (value: unknown) => toBytes("maxPayload", orDefault(value, defaultMaxPayload()), 64 * 1024),
  budget: (value: unknown) => resolveBudget(value),
  cwd: (value: unknown) => resolveFolder("cwd", orDefault(value, process.cwd())),
  pihostPath: (value: unknown) => resolvePihostPath(value),
  execArgv: (value: unknown) => strings("execArgv", orDefault(value, [])),
  debug: (value: unknown) => aBoolean("debug", orDefault(value, false)),
  inspect: (value: unknown) => (value === undefined ? undefined : aBoolean("inspect", value)),
  inProcess: (value: unknown) => resolveInProcess(value),
  record: (value: unknown) => resolveRecord(value),
  lane: (value: unknown) => oneOf("lane", orDefault(value, "descriptor"), ["descriptor", "socket"]),
  logLevel: (value: unknown) =>
    oneOf("logLevel", orDefault(value, "silent"), ["silent", "error", "warn", "info", "debug"]),
  stdout: (value: unknown) => resolveOutput("stdout", orDefault(value, "events")),
  stderr: (value: unknown) => resolveOutput("stderr", orDefault(value, "events")),
  discoverable: (value: unknown) => aBoolean("discoverable", orDefault(value, false)),
  telemetry: (value: unknown) => resolveTelemetry(value),
  signal: (value: unknown) => anAbortSignal("signal", value),
} satisfies Record<string, (value: unknown, defaults: Defaults) => unknown>;

/** The names of all options. */
export const ISOLATION_OPTION_NAMES: readonly string[] = [
  ...Object.keys(RESOLVERS),
  ...["env", "inheritEnv", "execPath", "runtime"],
  ...CONFINEMENT,
];

interface Defaults {
  readonly name: string;
}

/** Validates all options at once; throws INVALID_OPTION for the first bad one. */
export function resolveOptions(options: unknown, defaults: Defaults): ResolvedOptions {
  const given = ownOptions("options", options, ISOLATION_OPTION_NAMES);
  const inProcess = resolveInProcess(given.inProcess);
  if (inProcess !== undefined) refuseInProcess(given);
  // First: on a host that is no Node.js nothing else matters.
  const env = resolveEnvironment(given.env, given.inheritEnv);
  const runtime = resolveRuntime(given, env);
  const execPath = inProcess === undefined ? executableOf(runtime, given.execPath, env) : process.execPath;
  const resolved = Object.fromEntries(
    Object.entries(RESOLVERS).map(([name, resolveOption]) => [name, resolveOption(given[name], defaults)]),
  ) as { [name in keyof typeof RESOLVERS]: ReturnType<(typeof RESOLVERS)[name]> };
  const context = { ...resolved, env, execPath, runtime, asksLifecycle: asksLifecycle(given.lifecycle) };
  if (given.permissions !== undefined) refuseForCommand([{ option: "permissions", feature: "permissions" }], runtime);
  const confinement = resolveConfinement(given, context);
  if (resolved.lane === "socket" && confinement.identity !== undefined) {
    throw invalidOption("lane", '"descriptor" with uid and gid: a process of another user has no socket', "socket");
  }
  const needs = featureNeeds({ ...context, confinement });
  refuseForCommand(needs, runtime);
  return Object.freeze({ ...context, confinement, needs });
}

function executableOf(runtime: ResolvedRuntime, execPath: unknown, env: Readonly<Record<string, string>>): string {
  return runtime.kind === "command" ? runtime.executable : resolveExecPath(execPath, env);
}

/** Only a left-out option has its default: `null` is a value, and a wrong one. */
function orDefault(value: unknown, fallback: unknown): unknown {
  return value === undefined ? fallback : value;
}

function resolveName(value: unknown): string {
  if (typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)) return value;
  throw invalidOption("name", "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit", value);
}

/** The folder in which names are resolved, with a slash at its end, as a file URL. */
function resolveFrom(value: unknown): string {
  const isUrl = value instanceof URL || (typeof value === "string" && value.startsWith("file:"));
  const path = isUrl ? fromFileUrl(value as string | URL) : resolve(aString("from", value));
  const stats = statOrNothing(path);
  if (stats === undefined) throw invalidOption("from", "a folder or file that exists", String(value));
  return pathToFileURL(stats.isDirectory() ? `${path}/` : `${dirname(path)}/`).href;
}

function fromFileUrl(value: string | URL): string {
  try {
    return fileURLToPath(value);
  } catch {
    throw invalidOption("from", "a path or a file URL", String(value));
  }
}

function statOrNothing(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function resolveFolder(name: string, value: unknown): string {
  const path = resolve(aString(name, value));
  if (statOrNothing(path)?.isDirectory() !== true) {
    throw invalidOption(name, "a folder that exists", value);
  }
  return path;
}
