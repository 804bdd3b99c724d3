import type { ModuleExport } from "../../src/contract/index.js";
import { type Container, isClass, isContainer, memberNames } from "../../src/session/index.js";
import type { ModuleExports } from "./module-exports.js";

/** How deep members are looked for: `SampleClass.method`, `service.start`. */
const DEPTH = 1;

/** All exports that a path can reach, by name. */
export function describeExports(exports: ModuleExports): ModuleExport[] {
  return exports
    .names()
    .sort()
    .flatMap((name) => {
      const container = exports.find(name)?.container;
      if (container === undefined) return [];
      const value = exports.gettersAreBindings ? readable(container, name) : valueAt(container, name);
      return [describe(name, value, DEPTH)];
    });
}

function describe(name: string, value: unknown, depth: number): ModuleExport {
  const members = depth > 0 && isContainer(value) && !isInert(value) ? membersOf(value, depth - 1) : [];
  return { name, ...kindOf(value), ...(members.length > 0 ? { members } : {}) };
}

function kindOf(value: unknown): Pick<ModuleExport, "kind" | "async" | "generator"> {
  if (typeof value !== "function") return { kind: "value" };
  if (isClass(value)) return { kind: "class" };
  // "AsyncGeneratorFunction" and the like. Code that was compiled down for an older language has only "Function".
  const tag = Object.prototype.toString.call(value);
  return {
    kind: "function",
    ...(tag.includes("Async") ? { async: true as const } : {}),
    ...(tag.includes("Generator") ? { generator: true as const } : {}),
  };
}

/** Only what can be called is listed: the fields of an object are its own business. */
function membersOf(container: Container, depth: number): ModuleExport[] {
  return memberNames(container)
    .filter((name) => name !== "constructor" && typeof valueAt(container, name) === "function")
    .sort()
    .map((name) => describe(name, valueAt(container, name), depth));
}

/** A getter is user code, and not run: it stands for a value. */
function valueAt(container: Container, name: string): unknown {
  for (let owner: unknown = container; isContainer(owner); owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor === undefined) continue;
    if (descriptor.get !== undefined) return undefined;
    return readable(container, name);
  }
  return undefined;
}

/** An export that is not initialised yet throws when it is read. */
function readable(container: Container, name: string): unknown {
  try {
    return container[name];
  } catch {
    return undefined;
  }
}

/** Of arrays and the like, the indices would be members. */
function isInert(value: Container): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
