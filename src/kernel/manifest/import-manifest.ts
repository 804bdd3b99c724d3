import { existsSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { IsolationError } from "../../errors/index.js";

/** Syntax that Node's type stripping leaves to others. */
const BEYOND_STRIPPING = "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX";

type Import = (url: string) => Promise<Readonly<Record<string, unknown>>>;

/**
 * What a module exports as `manifest` or as its default.
 *
 * TypeScript is loaded by Node's type stripping where that is on, else by the `tsx` of the manifest's project: for this
 * one import, so that nothing else of the host is touched.
 *
 * @param name the file, for messages
 */
export async function importManifest(file: string, name: string): Promise<unknown> {
  const url = pathToFileURL(file).href;
  const namespace = await (isTypeScript(file) ? importTypeScript(file, url, name) : importPlain(url, name));
  const found = manifestOf(namespace);
  if (found !== undefined) return found;
  const names = Object.keys(namespace).filter((key) => key !== "module.exports");
  const exported = names.length === 0 ? "nothing" : names.join(", ");
  throw new IsolationError(
    "INVALID_OPTION",
    `${name} must export the manifest as default or as "manifest"; it exports ${exported}`,
  );
}

function manifestOf(namespace: Readonly<Record<string, unknown>>): unknown {
  const { manifest, default: byDefault } = namespace;
  if (manifest !== undefined) return manifest;
  // What a compiler made into CommonJS has its own default within the one that Node sees.
  const inner = Object(byDefault) as { manifest?: unknown; default?: unknown };
  return inner.manifest ?? inner.default ?? byDefault;
}

const importByNode: Import = (url) => import(/* @vite-ignore */ url) as ReturnType<Import>;

async function importPlain(url: string, name: string, load = importByNode): ReturnType<Import> {
  try {
    return await load(url);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new IsolationError("INVALID_OPTION", `${name} cannot be loaded: ${reason}`, { cause: error });
  }
}

async function importTypeScript(file: string, url: string, name: string): ReturnType<Import> {
  if (loadsTypeScript()) {
    try {
      return await importByNode(url);
    } catch (error) {
      const isBeyond = (error as NodeJS.ErrnoException).code === BEYOND_STRIPPING;
      if (!isBeyond || findTsx(file) === undefined) return importPlain(url, name, () => Promise.reject(error));
    }
  }
  const tsx = findTsx(file);
  if (tsx === undefined) {
    throw new IsolationError(
      "INVALID_OPTION",
      `${name} cannot be loaded: Node.js ${process.version} does not load TypeScript; install tsx in its project ` +
        '("npm install --save-dev tsx"), use Node.js >= 22.18, or write the manifest as .yaml, .json or .mjs',
    );
  }
  const { tsImport } = await importByNode(pathToFileURL(tsx).href);
  return importPlain(url, name, (one) => (tsImport as (url: string, parent: string) => ReturnType<Import>)(one, url));
}

function isTypeScript(file: string): boolean {
  return /\.m?ts$/i.test(file);
}

/** Node strips types itself, or the process was started with a loader that has taken on `.ts` files. */
function loadsTypeScript(): boolean {
  if ((process.features as { typescript?: unknown }).typescript) return true;
  return ".ts" in (Module as unknown as { _extensions: object })._extensions;
}

/** By its ES module: the CommonJS one, which `require` finds, fails on Node 20. */
function findTsx(file: string): string | undefined {
  try {
    const found = createRequire(file).resolve("tsx/esm/api");
    const esModule = found.replace(/\.cjs$/, ".mjs");
    return existsSync(esModule) ? esModule : found;
  } catch {
    return undefined;
  }
}
