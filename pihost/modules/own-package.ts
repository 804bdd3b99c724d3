import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fileKind } from "./file-kind.js";
import { resolvePackageFile } from "./resolve-package.js";

/** What modules may import of the framework. */
const OWN_NAME = "process-isolation/pihost";

/** How many files of a module are looked at for that name. */
const MOST_FILES = 64;

type Resolved = { url: string; format?: string; shortCircuit?: boolean };
type Resolve<R> = (specifier: string, context: unknown, next: (specifier: string, context: unknown) => R) => R;

/** `module.registerHooks`, of Node 22.15 and later; and what every `require` ends in elsewhere. Neither has types here. */
const { registerHooks, _resolveFilename: resolveFilename } = module as unknown as {
  registerHooks?: (hooks: { resolve: Resolve<Resolved> }) => unknown;
  _resolveFilename: (request: string, ...rest: unknown[]) => string;
};

/**
 * Gives modules `process-isolation/pihost` that have no package of that name within their reach, as where `pihost` is
 * installed globally, or plug-ins lie outside of the project: the one beside this executable. Elsewhere nothing changes,
 * and who finds an installed one has that.
 */
export class OwnPackage {
  readonly #folder: string;
  #isProvided = false;

  /** @param folder of the executable */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** To be called before a module is imported: Node remembers what it could not find. */
  provideFor(url: string): void {
    if (this.#isProvided || !url.startsWith("file:") || process.versions.pnp !== undefined) return;
    const path = fileURLToPath(url);
    if (resolvePackageFile(OWN_NAME, dirname(path)) !== undefined || !existsSync(this.#fileFor("import"))) return;
    if (registerHooks === undefined) this.#provideOffThread(path);
    else this.#provide(registerHooks);
  }

  #provide(register: NonNullable<typeof registerHooks>): void {
    this.#isProvided = true;
    register({
      resolve: (specifier, context, next) => {
        if (specifier !== OWN_NAME) return next(specifier, context);
        try {
          return next(specifier, context);
        } catch {
          const { conditions = [] } = context as { conditions?: readonly string[] };
          return conditions.includes("import")
            ? { url: pathToFileURL(this.#fileFor("import")).href, format: "module", shortCircuit: true }
            : { url: pathToFileURL(this.#fileFor("require")).href, format: "commonjs", shortCircuit: true };
        }
      },
    });
  }

  /** There hooks for `import` take a thread, which is for modules alone that name the package, or whose parts do. */
  #provideOffThread(path: string): void {
    if (!isNamedIn(path, new Set())) return;
    this.#isProvided = true;
    const file = this.#fileFor("require");
    Object.assign(module, {
      _resolveFilename(this: unknown, request: string, ...rest: unknown[]) {
        try {
          return resolveFilename.call(this, request, ...rest);
        } catch (error) {
          if (request === OWN_NAME) return file;
          throw error;
        }
      },
    });
    const url = JSON.stringify(pathToFileURL(this.#fileFor("import")).href);
    const hook = `export async function resolve(specifier, context, next) {
      try { return await next(specifier, context); } catch (error) {
        if (specifier === ${JSON.stringify(OWN_NAME)}) return { url: ${url}, format: "module", shortCircuit: true };
        throw error;
      }
    }`;
    try {
      module.register(`data:text/javascript,${encodeURIComponent(hook)}`);
    } catch {
      // No thread is permitted: Node says which package it does not find.
    }
  }

  #fileFor(how: "import" | "require"): string {
    return join(this.#folder, how === "import" ? "inside.mjs" : "inside.cjs");
  }
}

/** Whether a file names the package, or one of those that it leads to by relative paths. */
function isNamedIn(path: string, seen: Set<string>): boolean {
  if (seen.size === MOST_FILES || seen.has(path) || fileKind(path) !== "file") return false;
  seen.add(path);
  const text = readFileSync(path, "utf8");
  if (text.includes(OWN_NAME)) return true;
  const parts = [...text.matchAll(/["'](\.\.?\/[^"'\n]+)["']/g)];
  return parts.some(([, part = ""]) => isNamedIn(join(dirname(path), part), seen));
}
