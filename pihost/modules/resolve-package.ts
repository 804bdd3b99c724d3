import { readFileSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fileKind } from "./file-kind.js";
import { findPackageTarget, isSubpathMap, type PackageTarget, type PackageTargets } from "./package-target.js";

interface PackageManifest {
  name?: unknown;
  main?: unknown;
  exports?: PackageTarget;
  imports?: PackageTargets;
}

/**
 * The file that `specifier` (a package name, a subpath of one, or a `#name`) means for an ES module in `directory`,
 * by Node's documented resolution algorithm. Undefined when it means nothing here, or something that this cannot know
 * (Yarn Plug'n'Play, resolution hooks); the caller then lets Node try by itself, and report why.
 *
 * Node has no public way to ask this: `import.meta.resolve` takes a parent only behind a flag, and `require.resolve`
 * uses the "require" condition, under which a package of ES modules alone does not exist.
 */
export function resolvePackageFile(specifier: string, directory: string): string | undefined {
  const conditions = importConditions();
  if (specifier.startsWith("#")) return resolveImports(specifier, directory, conditions);
  const [, name, rest] = /^((?:@[^/\\%]+\/)?[^@./\\%][^/\\%]*)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const subpath = `.${rest ?? ""}`;
  const own = findScope(directory);
  if (own?.manifest.exports != null && own.manifest.name === name) return resolveIn(own, subpath, conditions);
  for (const modules of packageFolders(directory)) {
    const folder = join(modules, name);
    if (fileKind(folder) === "directory")
      return resolveIn({ folder, manifest: readManifest(folder) ?? {} }, subpath, conditions);
  }
  return undefined;
}

/** The `node_modules` folders that an import from `directory` searches, nearest first. */
export function packageFolders(directory: string): string[] {
  const ancestors = ancestorsOf(directory).filter((ancestor) => basename(ancestor) !== "node_modules");
  return ancestors.map((ancestor) => join(ancestor, "node_modules"));
}

interface PackageScope {
  folder: string;
  manifest: PackageManifest;
}

function resolveIn({ folder, manifest }: PackageScope, subpath: string, conditions: ReadonlySet<string>) {
  const { exports } = manifest;
  if (exports != null) {
    const targets = isSubpathMap(exports) ? exports : { ".": exports };
    const target = findPackageTarget(targets, subpath, conditions);
    return target?.startsWith("./") ? existingFile(folder, target) : undefined;
  }
  return subpath === "." ? legacyMain(folder, manifest.main) : existingFile(folder, subpath);
}

function resolveImports(specifier: string, directory: string, conditions: ReadonlySet<string>): string | undefined {
  const scope = findScope(directory);
  if (scope?.manifest.imports == null) return undefined;
  const target = findPackageTarget(scope.manifest.imports, specifier, conditions);
  if (target === undefined || target.startsWith("#")) return undefined;
  if (target.startsWith("./")) return existingFile(scope.folder, target);
  return resolvePackageFile(target, scope.folder);
}

function legacyMain(folder: string, main: unknown): string | undefined {
  const suffixes = ["", ".js", ".json", ".node", `${sep}index.js`, `${sep}index.json`, `${sep}index.node`];
  const named = typeof main === "string" ? suffixes.map((suffix) => join(folder, main) + suffix) : [];
  const fallback = ["index.js", "index.json", "index.node"].map((file) => join(folder, file));
  return [...named, ...fallback].find((file) => fileKind(file) === "file");
}

/** The nearest package.json at or above `directory` that is not beyond a `node_modules` folder. */
function findScope(directory: string): PackageScope | undefined {
  for (const folder of ancestorsOf(directory)) {
    if (basename(folder) === "node_modules") return undefined;
    const manifest = readManifest(folder);
    if (manifest !== undefined) return { folder, manifest };
  }
  return undefined;
}

function ancestorsOf(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...ancestorsOf(parent)];
}

/** A package.json that is missing or broken is no package here; Node says what is wrong with a broken one. */
function readManifest(folder: string): PackageManifest | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** A target is a URL relative to its package, so `%20` in it is a space. */
function existingFile(folder: string, target: string): string | undefined {
  try {
    const file = fileURLToPath(new URL(target, pathToFileURL(folder + sep)));
    return fileKind(file) === "file" ? file : undefined;
  } catch {
    return undefined;
  }
}

/** The conditions that hold for `import` in this process, those of `--conditions` included. */
function importConditions(): ReadonlySet<string> {
  const conditions = new Set(["node", "import", "node-addons"]);
  if ((process.features as { require_module?: boolean }).require_module) conditions.add("module-sync");
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  flags.forEach((flag, index) => {
    const [, inline] = /^(?:--conditions|-C)=(.+)$/.exec(flag) ?? [];
    const named = flag === "--conditions" || flag === "-C" ? flags[index + 1] : inline;
    if (named !== undefined) conditions.add(named);
  });
  return conditions;
}
