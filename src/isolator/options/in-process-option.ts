import { IsolationError, invalidOption, ownOptions } from "../../errors/index.js";

/** Whether, and how, an isolate runs in the process of its host. */
export type InProcessOption =
  | boolean
  | {
      /**
       * Imports a module, by its URL, and resolves with its namespace, or with what `require` returns. Whether each isolate
       * gets an instance of its own is then the importer's to say. Default: a fresh instance in each, by Node.js itself.
       */
      import: (url: string) => unknown;
    };

/** The same after validation; undefined for a process of its own. */
export interface ResolvedInProcess {
  readonly importModule: ((url: string) => unknown) | undefined;
}

/** Options that say something of a process of the isolate's own, each with why the host cannot keep it. */
const NOT_IN_HOST: Readonly<Record<string, string>> = {
  limits: "the host cannot be limited as an isolate",
  permissions: "the host has permissions of its own",
  sandbox: "the host is in none",
  uid: "the host has a user of its own",
  gid: "the host has a group of its own",
  integrity: "the host loads other modules, too",
  diagnostics: "the heap is the host's",
  standby: "there is nothing to start",
  env: "modules see the host's process.env: set it there",
  cwd: "modules see the host's working directory",
  runtime: "modules run on the host's own Node.js",
  execPath: "modules run on the host's own Node.js",
  execArgv: "modules run with the host's own flags",
  debug: "debug the host",
  inspect: "inspect the host",
  lane: "there is nothing between the two but memory",
  unresponsiveAfterMs: "an event loop that is blocked is the host's own",
  stdout: "what modules print is the host's own output",
  stderr: "what modules print is the host's own output",
  discoverable: "the host serves no socket",
};

/** Values that ask for nothing, or for what is so in the host anyway. */
const HARMLESS: Readonly<Record<string, readonly unknown[]>> = {
  standby: [0],
  runtime: ["node"],
  debug: [false],
  inspect: [false],
  lane: ["descriptor"],
  discoverable: [false],
  stdout: ["inherit"],
  stderr: ["inherit"],
};

export function resolveInProcess(value: unknown = false): ResolvedInProcess | undefined {
  if (value === false) return undefined;
  if (value === true) return Object.freeze({ importModule: undefined });
  if (typeof value !== "object" || value === null) throw invalidOption("inProcess", "true, false or { import }", value);
  const { import: importModule } = ownOptions("inProcess", value, ["import"]);
  if (typeof importModule !== "function") throw invalidOption("inProcess.import", "a function", importModule);
  return Object.freeze({ importModule: importModule as (url: string) => unknown });
}

/**
 * Refuses what only a process of the isolate's own can keep.
 *
 * @param given all options, as they were given
 * @throws IsolationError `INVALID_OPTION` naming the option
 */
export function refuseInProcess(given: Readonly<Record<string, unknown>>): void {
  for (const [name, why] of Object.entries(NOT_IN_HOST)) {
    const value = given[name];
    if (value !== undefined && !HARMLESS[name]?.includes(value)) throw refused(name, why);
  }
  const { inheritEnv, recycle } = given;
  if (inheritEnv !== undefined && inheritEnv !== true)
    throw refused("inheritEnv", "modules see all of the host's process.env");
  if (
    typeof recycle === "object" &&
    recycle !== null &&
    (recycle as { whenRssAbove?: unknown }).whenRssAbove !== undefined
  )
    throw refused("recycle.whenRssAbove", "the memory is the host's");
}

function refused(option: string, why: string): IsolationError {
  const message = `${option} takes a process of the isolate's own, which inProcess does without (${why}): leave one of the two out`;
  return new IsolationError("INVALID_OPTION", message);
}
