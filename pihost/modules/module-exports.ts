import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Container, hasMember, isContainer, memberNames } from "../../src/session/index.js";
import type { ImportedModule, ModuleNamespace } from "./native-import.js";

/** One view of a module's exports, whichever module system it is written for. */
export interface ModuleExports {
  /** The object that holds export `name`, and the `this` that its functions expect; undefined if there is none. */
  find(name: string): { container: Container; receiver: unknown } | undefined;
  /** The names of all exports that a path can reach. */
  names(): string[];
  /** Whether a getter is the binding of an export, as compilers from ES module syntax write them. */
  readonly gettersAreBindings: boolean;
}

/**
 * Chooses the view for what `import(url)` resolved to.
 *
 * @param exported of a CommonJS module that Node's cache does not know
 */
export function toModuleExports(
  namespace: ModuleNamespace,
  url: string,
  exported?: ImportedModule["exported"],
): ModuleExports {
  if (exported !== undefined) return commonJsExports(exported.value);
  const cached = url.startsWith("file:") ? createRequire(url).cache[fileURLToPath(url)] : undefined;
  const isCommonJs =
    cached !== undefined && Object.hasOwn(namespace, "default") && cached.exports === namespace.default;
  return isCommonJs ? commonJsExports(cached.exports) : esModuleExports(namespace);
}

/** A namespace is read at every call, so that `export let` is live. Exports are called without `this`. */
function esModuleExports(namespace: ModuleNamespace): ModuleExports {
  return {
    find: (name) => (Object.hasOwn(namespace, name) ? { container: namespace, receiver: undefined } : undefined),
    names: () => Object.keys(namespace).filter((name) => name !== ""),
    gettersAreBindings: true,
  };
}

/**
 * `module.exports` itself, not the namespace that Node makes of it: that one has only the names which a scan of the
 * source found, and the values of the first moment. `default` is `module.exports`, or `exports.default` if the module was
 * compiled from ES module syntax. Functions are called with `module.exports` as `this`, as `require("m").f()` does;
 * those compiled from ES module syntax without.
 */
function commonJsExports(exported: unknown): ModuleExports {
  const isTranspiled = isContainer(exported) && exported.__esModule === true;
  const receiver = isTranspiled ? undefined : exported;
  const wrapper: Container = { default: exported };
  const isDefault = (name: string) => name === "default" && !isTranspiled;
  const own = () => (isContainer(exported) ? memberNames(exported).filter((name) => name !== "__esModule") : []);
  return {
    find(name) {
      if (isDefault(name)) return { container: wrapper, receiver: undefined };
      return isContainer(exported) && hasMember(exported, name) ? { container: exported, receiver } : undefined;
    },
    names: () => (isTranspiled ? own() : [...new Set([...own(), "default"])]),
    gettersAreBindings: isTranspiled,
  };
}
