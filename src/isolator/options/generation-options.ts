import { invalidOption } from "../../errors/index.js";
import type { OnGeneration } from "../generation-context.js";
import { moduleName } from "../module-name.js";

/** A function, or none. */
export function resolveOnGeneration(value: unknown): OnGeneration<undefined> | undefined {
  if (value === undefined || typeof value === "function") return value as OnGeneration<undefined> | undefined;
  throw invalidOption("onGeneration", "a function", value);
}

/** What `isolate` sets of itself, which asks nothing of a process that has no such thing. */
const BY_DEFAULT = new WeakSet<object>();

/** The option `lifecycle` of `isolate` where nobody has given one. */
export function defaultLifecycle(module: string | URL): readonly (string | URL)[] {
  const modules = [module];
  BY_DEFAULT.add(modules);
  return modules;
}

/** Whether somebody has asked for `lifecycle`. */
export function asksLifecycle(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  return !Array.isArray(value) || (value.length > 0 && !BY_DEFAULT.has(value));
}

/** Which modules an option is about; `true` for all, where that can be. */
export function resolveModules(name: "lifecycle", value: unknown): true | readonly string[];
export function resolveModules(name: "preload", value: unknown): readonly string[];
export function resolveModules(name: "lifecycle" | "preload", value: unknown): true | readonly string[] {
  if (value === false) return [];
  if (value === true && name === "lifecycle") return true;
  if (value === true) throw invalidOption(name, "an array of modules; true is for isolate()", value);
  if (!Array.isArray(value)) throw invalidOption(name, "true, false or an array of modules", value);
  return Object.freeze(value.map((module, index) => moduleOf(`${name}[${index}]`, module)));
}

function moduleOf(name: string, value: unknown): string {
  if (typeof value !== "string" && !(value instanceof URL)) {
    throw invalidOption(name, "a path, a package name or a file URL", value);
  }
  return moduleName(value);
}
