import { parse, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { IsolationOptions, LogLevel } from "../isolator/index.js";
import type { PermissionOptions, SandboxOptions } from "../sandbox/index.js";
import { statIfPresent } from "./stat-if-present.js";

/** The options of `pihost run`, as they stand on the command line. */
export interface RunOptions {
  readonly restart?: true;
  readonly maxRestarts?: number;
  readonly dieOnCrash?: true;
  readonly debug?: true;
  readonly logLevel?: LogLevel;
  readonly maxCpu?: number;
  readonly maxMemory?: string;
  readonly maxHeap?: string;
  readonly affinity?: string;
  readonly permissions?: true;
  readonly allowRead?: readonly string[];
  readonly allowWrite?: readonly string[];
  readonly allowChildProcess?: true;
  readonly allowWorker?: true;
  readonly allowAddons?: true;
  readonly allowWasi?: true;
  readonly allowNet?: true;
  readonly sandbox?: true;
  readonly sandboxRead?: readonly string[];
  readonly sandboxWrite?: readonly string[];
  readonly sandboxNetwork?: true;
  readonly name?: string;
  readonly discoverable?: true;
  readonly from?: string;
  readonly timeout?: number;
  readonly grace?: number;
  readonly env?: Record<string, string>;
  readonly inheritEnv?: true;
  readonly json?: true;
  readonly verbose?: true;
}

/** The options of the isolator that they stand for. */
export function toIsolationOptions(options: RunOptions, module: string): IsolationOptions {
  const { maxCpu, maxMemory, affinity, maxRestarts, debug, discoverable, env, from, grace, inheritEnv, logLevel } =
    options;
  const limits = present({ cpu: maxCpu, memory: maxMemory, heap: options.maxHeap, affinity });
  return {
    ...present({ debug, discoverable, env, from, graceMs: grace, inheritEnv, logLevel }),
    ...present({
      name: options.name ?? nameOf(module),
      permissions: permissionsOf(options),
      sandbox: sandboxOf(options),
    }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    restart: options.restart === undefined ? false : present({ maxRestarts }),
    onCrash: options.dieOnCrash ? "exit-host" : "restart",
    stdout: "inherit",
    stderr: "inherit",
  };
}

/** Any of the options that allow something means that the rest is denied. */
function permissionsOf(options: RunOptions): PermissionOptions | undefined {
  const { allowRead, allowWrite, allowChildProcess, allowWorker, allowAddons, allowWasi, allowNet } = options;
  const allowed = present({
    fsWrite: fromHere(allowWrite),
    childProcess: allowChildProcess,
    worker: allowWorker,
    addons: allowAddons,
    wasi: allowWasi,
    net: allowNet,
  });
  const isAsked = options.permissions ?? allowRead ?? (Object.keys(allowed).length > 0 || undefined);
  if (isAsked === undefined) return undefined;
  return { fsRead: fromHere(allowRead) ?? [resolve(options.from ?? "")], ...allowed };
}

function sandboxOf({ sandbox, sandboxRead, sandboxWrite, sandboxNetwork }: RunOptions): SandboxOptions | undefined {
  const shown = present({ read: fromHere(sandboxRead), write: fromHere(sandboxWrite), network: sandboxNetwork });
  return sandbox === undefined && Object.keys(shown).length === 0 ? undefined : shown;
}

/** Paths of a command line are seen from the working directory, wherever modules are looked for. */
function fromHere(paths: readonly string[] | undefined): string[] | undefined {
  return paths?.map((each) => resolve(each));
}

/**
 * The module as the isolator takes it. At a shell a file is named as it is, without `./`: where there is one of that
 * name it is meant, else a package.
 */
export function toModule(module: string, from: string | undefined): string {
  if (module.startsWith("file:")) return module;
  const path = resolve(from ?? "", module);
  return statIfPresent(path)?.isFile() === true ? pathToFileURL(path).href : module;
}

/** The module's own name, as far as names of isolates allow it. */
function nameOf(module: string): string | undefined {
  const name = parse(module)
    .name.replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64);
  return name === "" ? undefined : name;
}

/** Without the entries that are undefined: an option that is there but undefined is not the same as none. */
function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
