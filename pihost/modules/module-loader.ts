import type { ModuleIntegrity } from "../../src/sandbox/integrity.js";
import { createCheckedImport } from "./checked-import.js";
import { describeLoadFailure, labelOf } from "./load-failure.js";
import { createLoadedModule, type LoadedModule } from "./loaded-module.js";
import { toModuleExports } from "./module-exports.js";
import { createNativeImport, type ImportedModule } from "./native-import.js";
import { OwnPackage } from "./own-package.js";
import { directoryOf, resolveModule } from "./resolve-module.js";
import { sharePromise } from "./shared-promise.js";
import { createTypeScriptImport } from "./typescript.js";

export interface ModuleLoaderOptions {
  /** Where relative paths and package names are resolved: a folder, or a file (path or file URL) whose folder it is. */
  from: string;
  /** What is loaded must be one of these; empty for anything. Default: anything. */
  integrity?: readonly ModuleIntegrity[];
  /** Awaited before the first module is loaded. If it fails, so does that load, and the next one calls it again. */
  beforeFirstLoad?: () => void | Promise<void>;
  /** The folder of the executable, from which modules get `process-isolation/pihost` that have none. Default: they get none. */
  executable?: string;
  /** How a module is imported, by its URL. Default: as Node.js does, with the `tsx` of its project where it takes that. */
  importModule?: (url: string) => Promise<ImportedModule>;
}

export interface ModuleLoader {
  /** Where relative names are resolved. */
  readonly directory: string;
  /**
   * Loads a module: an absolute path, a file URL, a path that begins with "./" or "../", a package name with or without
   * a subpath, a `#name` of the package at `from`, or a `node:` module. ES modules, CommonJS and TypeScript.
   *
   * Loads of one module share one result. A failed load is forgotten here; Node itself remembers an ES module that threw
   * while it was run, and throws the same again.
   *
   * @throws IsolationError `MODULE_NOT_FOUND` only if the named module itself is not there; `MODULE_FAILED`, with what was
   * thrown as `cause`, if it is and cannot be loaded; `INVALID_OPTION` if `name` is no non-empty string.
   */
  load(name: string): Promise<LoadedModule>;
  /** The URL that a module of this name would have; `undefined` when there is none. */
  urlOf(name: string): string | undefined;
}

export function createModuleLoader(options: ModuleLoaderOptions): ModuleLoader {
  const { from, integrity = [], beforeFirstLoad, executable } = options;
  const directory = directoryOf(from);
  // Of what is pinned nothing else may be loaded.
  const ownPackage = executable === undefined || integrity.length > 0 ? undefined : new OwnPackage(executable);
  const importModule = options.importModule ?? importInOwnProcess(directory, integrity);
  const importChecked = createCheckedImport(integrity, directory);
  const byName = new Map<string, Promise<LoadedModule>>();
  const byUrl = new Map<string, Promise<LoadedModule>>();
  const preparation = new Map<"done", Promise<void>>();

  async function importAndWrap(name: string, url: string): Promise<LoadedModule> {
    async function load(target: string): Promise<LoadedModule> {
      try {
        ownPackage?.provideFor(target);
        const { namespace, exported } = await importModule(target);
        return createLoadedModule(url, toModuleExports(namespace, url, exported), labelOf(url));
      } catch (error) {
        throw describeLoadFailure(error, { name, url, directory });
      }
    }
    return integrity.length === 0 ? load(url) : importChecked(name, url, load);
  }

  return {
    directory,
    urlOf(name) {
      try {
        return resolveModule(name, directory);
      } catch {
        return undefined;
      }
    },
    load: (name) =>
      sharePromise(byName, name, async () => {
        await sharePromise(preparation, "done", async () => beforeFirstLoad?.());
        const url = resolveModule(name, directory);
        return sharePromise(byUrl, url, () => importAndWrap(name, url));
      }),
  };
}

function importInOwnProcess(
  directory: string,
  integrity: readonly ModuleIntegrity[],
): (url: string) => Promise<ImportedModule> {
  const nativeImport = createNativeImport(directory);
  // What tsx translates are other bytes than those of the file.
  return integrity.length === 0 ? createTypeScriptImport(nativeImport) : nativeImport;
}
