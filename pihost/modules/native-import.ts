import Module from "node:module";
import { join } from "node:path";
import { types } from "node:util";
import { commonJsThen, mayExportThen } from "./exports-then.js";

/** What `import()` resolves to. */
export type ModuleNamespace = Readonly<Record<string, unknown>>;

/**
 * A namespace in a box: a module may export a function called `then`, and no promise may come upon it, which would call
 * that and wait for what it never says.
 */
export interface ImportedModule {
  readonly namespace: ModuleNamespace;
  /** `module.exports`, in a box, of a CommonJS module that is in no cache of Node's. */
  readonly exported?: { readonly value: unknown };
}

/** Node's own `import()`, as code in one folder would call it. */
export type NativeImport = (specifier: string) => Promise<ImportedModule>;

const BOX = "import * as namespace from ";
const BOX_AS_IMPORTER = / imported from data:text\/javascript,import%20\*%20as%20namespace%20\S*/;

type Load = (specifier: string) => Promise<ModuleNamespace>;

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
  const importer = importerIn(directory);
  const compiled = new Module(importer) as CompilingModule;
  compiled._compile("exports.load = (specifier) => import(specifier);", importer);
  const { load } = compiled.exports as { load: Load };
  let boxes = 0;
  async function importBoxed(url: string): Promise<ImportedModule> {
    // Another text each time: Node remembers of a module that it failed.
    boxes += 1;
    return (await load(boxUrl(url, boxes))) as unknown as ImportedModule;
  }
  return async function nativeImport(specifier) {
    if (!specifier.startsWith("file:")) return { namespace: await load(specifier) };
    if (mayExportThen(specifier)) return importBoxed(specifier);
    const namespace = await importPlain(load, specifier);
    return namespace === undefined ? importBoxed(specifier) : { namespace };
  };
}

/** `import()`, whose promise an export called `then` leads astray: `undefined` when it came to something else. */
async function importPlain(load: Load, url: string): Promise<ModuleNamespace | undefined> {
  const watch = new AbortController();
  const exported = commonJsThen(url, watch.signal);
  try {
    return await Promise.race([
      load(url).then((value) => (types.isModuleNamespaceObject(value) ? value : undefined)),
      exported,
    ]);
  } finally {
    watch.abort();
    exported.catch(() => {});
  }
}

/** What Node says of a module that it cannot find; `undefined` where another module imports that one. */
export function withoutImporter(line: string, directory: string): string | undefined {
  const without = line.replace(` imported from ${importerIn(directory)}`, "").replace(BOX_AS_IMPORTER, "");
  return without === line ? undefined : without;
}

/** A file in the folder, which need not exist. */
function importerIn(directory: string): string {
  return join(directory, "[process-isolation].cjs");
}

/** A module whose only export is the namespace of another: what is imported statically, no promise looks at. */
function boxUrl(url: string, number: number): string {
  const source = `${BOX}${JSON.stringify(url)};export { namespace };//${number}`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
