import { IsolationError } from "../../src/errors/index.js";
import { createImportGuard, type ImportGuard } from "../../src/sandbox/import-guard.js";
import type { ModuleIntegrity } from "../../src/sandbox/integrity.js";
import { fileUrlOf } from "../../src/sandbox/module-digest.js";
import { isTypeScript } from "./file-kind.js";
import { labelOf } from "./load-failure.js";
import { quote } from "./module-errors.js";
import { resolveModule } from "./resolve-module.js";

/** Imports what the integrity of this process allows, and nothing else. */
export type CheckedImport = <T>(name: string, url: string, load: (url: string) => Promise<T>) => Promise<T>;

/**
 * @param integrity at least one
 * @param directory where the names of modules are resolved
 */
export function createCheckedImport(integrity: readonly ModuleIntegrity[], directory: string): CheckedImport {
  let guard: ImportGuard | undefined;
  const forAll = integrity.find(({ module }) => module === "")?.sha256;

  /** The digests by URL. Names that lead nowhere now may do so later: packages that are installed, files that are made. */
  function digestsByUrl(): ReadonlyMap<string, string> {
    return new Map(
      integrity.flatMap(({ module, sha256 }) => {
        const url = urlOf(module, directory);
        return url === undefined ? [] : [[url, sha256] as const];
      }),
    );
  }

  return async function importChecked(name, url, load) {
    const digests = digestsByUrl();
    const sha256 = digests.get(fileUrlOf(url)) ?? forAll;
    if (sha256 === undefined) throw notNamed(name, url, integrity);
    refuseUncheckable(name, url);
    guard ??= createImportGuard();
    // All of them: what one module imports is not to be loaded unchecked before it is called itself.
    for (const [other, digest] of digests) guard.expect(other, digest);
    guard.expect(url, sha256);
    return guard.import(url, load);
  };
}

function urlOf(module: string, directory: string): string | undefined {
  if (module === "") return undefined;
  try {
    return fileUrlOf(resolveModule(module, directory));
  } catch {
    return undefined;
  }
}

function notNamed(name: string, url: string, integrity: readonly ModuleIntegrity[]): IsolationError {
  const named = integrity.map(({ module }) => quote(module)).join(", ");
  return new IsolationError(
    "MODULE_FAILED",
    `module ${quote(name)} (${labelOf(url)}) is not one of those that integrity names: ${named}`,
  );
}

function refuseUncheckable(name: string, url: string): void {
  if (!url.startsWith("file:")) {
    throw new IsolationError("MODULE_FAILED", `module ${quote(name)} (${url}) is not a file, which integrity needs`);
  }
  if (isTypeScript(url) && !(process.features as { typescript?: unknown }).typescript) {
    const message =
      `integrity cannot vouch for module ${quote(name)} (${labelOf(url)}): ` +
      `Node.js ${process.version} leaves TypeScript to others; use Node.js >= 22.18`;
    throw new IsolationError("MODULE_FAILED", message);
  }
}
