import { types } from "node:util";
import type { ModuleExport } from "../../src/contract/index.js";
import { hasMember, isClass, isContainer } from "../../src/session/index.js";
import { describeExports } from "./describe-exports.js";
import { type ExportStep, type RestOfPath, refuseClass, resolveExportPath, resolveRest } from "./export-path.js";
import type { ModuleExports } from "./module-exports.js";

/** An export, ready to be called with its own `this`. Called on a constant, it returns the constant. */
export type BoundMethod = (...args: unknown[]) => unknown;

/** A module that is loaded, and the way into its exports. */
export interface LoadedModule {
  /** Its resolved URL: `file:` or `node:`; the bare name if only Node's own resolution could find it. */
  readonly url: string;
  /**
   * The export at `path`, whose names are separated by ".": an export, then members of it ("SampleClass.method",
   * "service.start"); a backslash in front of a dot makes it part of a name. The same path gives the same function; bindings that the module reassigns are seen at each call.
   *
   * @throws IsolationError `METHOD_NOT_FOUND`; `INVALID_OPTION` if `path` is no string.
   */
  method(path: string): BoundMethod;
  /** What the module is called in messages. */
  readonly label: string;
  /** An export of its own that the process calls, as it is now; one with required parameters is for other callers. */
  hook(name: "start" | "stop"): (() => unknown) | undefined;
  /** What it exports. */
  describe(): ModuleExport[];
}

/** `label` names the module in messages. */
export function createLoadedModule(url: string, exports: ModuleExports, label: string): LoadedModule {
  const methods = new Map<string, BoundMethod>();
  return {
    url,
    label,
    hook: (name) => hookOf(exports, name),
    describe: () => describeExports(exports),
    method(path) {
      const known = methods.get(path);
      if (known !== undefined) return known;
      const bound = bindExport(exports, path, label);
      methods.set(path, bound);
      return bound;
    },
  };
}

function hookOf(exports: ModuleExports, name: string): (() => unknown) | undefined {
  const found = exports.find(name);
  const value = found?.container[name];
  if (found === undefined || typeof value !== "function" || value.length > 0 || isClass(value)) return undefined;
  return () => Reflect.apply(value, found.receiver, []);
}

/**
 * Resolves `path` once; each call only reads it again, container by container, and resolves anew when one of them has
 * been replaced. The function itself is always read at the call, so nothing is called that the module has replaced.
 *
 * An export that is a promise is awaited by the call, as whoever imports it would: what it comes to is called.
 */
function bindExport(exports: ModuleExports, path: string, label: string): BoundMethod {
  let { steps, rest, last } = resolve();
  let checked: unknown;
  if (rest.length === 0 && !isAccessor(last)) refuseUncallable(last.container[last.key]);

  function resolve() {
    const resolved = resolveExportPath(exports, path, label);
    return { ...resolved, last: resolved.steps.at(-1) as ExportStep };
  }

  function refuseUncallable(value: unknown): void {
    refuseClass(value, path, label);
    checked = value;
  }

  async function callBehind(promise: unknown, receiver: unknown, args: readonly unknown[]): Promise<unknown> {
    const value = await promise;
    if (rest.length > 0) return callRest(value, { path, rest, module: label }, args);
    if (typeof value !== "function") return value;
    refuseClass(value, path, label);
    return Reflect.apply(value, receiver, args);
  }

  return function callExport(...args) {
    if (!isCurrent(steps)) ({ steps, rest, last } = resolve());
    let value = last.container[last.key];
    if (value === undefined && !hasMember(last.container, last.key)) {
      ({ steps, rest, last } = resolve());
      value = last.container[last.key];
    }
    if (typeof value === "function" && rest.length === 0) {
      if (value !== checked) refuseUncallable(value);
      return Reflect.apply(value, last.receiver, args);
    }
    return rest.length > 0 || types.isPromise(value) ? callBehind(value, last.receiver, args) : value;
  };
}

/** Calls what the rest of a path leads to, behind the promise that it went through. */
async function callRest(from: unknown, whole: RestOfPath, args: readonly unknown[]): Promise<unknown> {
  const { steps, rest } = resolveRest(from, whole);
  const { container, key, receiver } = steps.at(-1) as ExportStep;
  const value = await container[key];
  if (rest.length > 0) return callRest(value, { ...whole, rest }, args);
  if (typeof value !== "function") return value;
  refuseClass(value, whole.path, whole.module);
  return Reflect.apply(value, receiver, args);
}

/** Whether every container on the way still is what its parent holds. */
function isCurrent(steps: readonly ExportStep[]): boolean {
  for (let index = 1; index < steps.length; index++) {
    const before = steps[index - 1] as ExportStep;
    if (before.container[before.key] !== steps[index]?.container) return false;
  }
  return true;
}

/** A getter is user code: it runs at the call, not when the path is resolved. */
function isAccessor({ container, key }: ExportStep): boolean {
  for (let owner: unknown = container; isContainer(owner); owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor.get !== undefined;
  }
  return false;
}
