import type { ModuleExport } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";
import type { LoadedModule } from "../modules/index.js";

/** What a module exports for jobs. */
export type Processor = (job: object, token: string | undefined, signal: AbortSignal) => unknown;

/**
 * The function that runs the jobs: the export at `method`, or the default export, which may be that of a module compiled to
 * CommonJS.
 *
 * @throws IsolationError METHOD_NOT_FOUND when that is no function
 */
export function findProcessor(module: LoadedModule, method: string | undefined): Processor {
  const exports = module.describe();
  const path = method ?? "default";
  const whole = exports.find(({ name }) => name === path);
  const wrapped = method === undefined && whole?.kind === "value" ? whole.members : undefined;
  if (wrapped?.some(({ name }) => name === "default")) return module.method("default.default");
  const isNone = method === undefined && whole === undefined;
  if (isNone || whole?.kind === "value") throw noFunction(module, path, exports);
  return module.method(path);
}

function noFunction({ label }: LoadedModule, path: string, exports: readonly ModuleExport[]): IsolationError {
  const what = path === "default" ? "no function as its default export" : `no function ${JSON.stringify(path)}`;
  const functions = exports.filter(({ kind }) => kind === "function").map(({ name }) => name);
  const others = functions.length === 0 ? "it exports no function" : `it exports ${functions.slice(0, 10).join(", ")}`;
  return new IsolationError("METHOD_NOT_FOUND", `module ${label} has ${what} to run jobs with; ${others}`);
}
