import { describeExports, type ModuleExport } from "./describe-exports.js";
import { type ExportStep, refuseClass, resolveExportPath } from "./export-path.js";
import { hasMember, isClass, isContainer } from "./members.js";
import type { ModuleExports } from "./module-exports.js";

/** An export, ready to be called with its own `this`. Called on a constant, it returns the constant. */
export type BoundMethod = (...args: unknown[]) => unknown;

/** A module that is loaded, and the way into its exports. */
export interface LoadedModule {
  /** Its resolved URL: `file:` or `node:`; the bare name if only Node's own resolution could find it. */
  readonly url: string;
  /**
   * The export at `path`, whose segments are split at ".": an export, then members of it ("SampleClass.method",
   * "service.start"). The same path gives the same function; bindings that the module reassigns are seen at each call.
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
 */
function bindExport(exports: ModuleExports, path: string, label: string): BoundMethod {
  let { steps, last } = walk();
  let checked: unknown;
  if (!isAccessor(last)) refuseUncallable(last.container[last.key]);

  function walk() {
    const all = resolveExportPath(exports, path, label);
    return { steps: all, last: all[all.length - 1] as ExportStep };
  }

  function refuseUncallable(value: unknown): void {
    refuseClass(value, path, label);
    checked = value;
  }

  return function callExport(...args) {
    if (!isCurrent(steps)) ({ steps, last } = walk());
    let value = last.container[last.key];
    if (value === undefined && !hasMember(last.container, last.key)) {
      ({ steps, last } = walk());
      value = last.container[last.key];
    }
    if (typeof value !== "function") return value;
    if (value !== checked) refuseUncallable(value);
    return Reflect.apply(value, last.receiver, args);
  };
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
