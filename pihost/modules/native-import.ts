import Module from "node:module";
import { join } from "node:path";

/** What `import()` resolves to. */
export type ModuleNamespace = Readonly<Record<string, unknown>>;

/** Node's own `import()`, as code in one folder would call it. */
export interface NativeImport {
  (specifier: string): Promise<ModuleNamespace>;
  /** The file that Node names as the importer in its error messages. It need not exist. */
  readonly importer: string;
}

/** `Module.prototype._compile`, which has no types. */
interface CompilingModule extends Module {
  _compile(source: string, filename: string): void;
}

/**
 * Makes an `import()` that resolves relative specifiers and package names as a file in `directory` would.
 *
 * The process's own code is one bundle run by `vm.Script`, whose `import()` would fail for want of a dynamic import
 * callback. `vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER` is such a callback, but on every Node up to 26 it prints an
 * ExperimentalWarning on stderr, which belongs to the user. Compiling a CommonJS module gives the same `import()`
 * silently, and `_compile` is what require hooks (tsx, ts-node, pirates) have rested on for ten years.
 */
export function createNativeImport(directory: string): NativeImport {
  const importer = join(directory, "[process-isolation].cjs");
  const compiled = new Module(importer) as CompilingModule;
  compiled._compile("exports.load = (specifier) => import(specifier);", importer);
  const { load } = compiled.exports as { load: (specifier: string) => Promise<ModuleNamespace> };
  return Object.assign((specifier: string) => load(specifier), { importer });
}
