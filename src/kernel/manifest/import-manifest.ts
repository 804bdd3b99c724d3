import { existsSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { IsolationError } from "../../errors/index.js";

/** What Node's type stripping leaves to others, and what a Node without it says. */
const FOR_TSX: readonly unknown[] = ["ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX", "ERR_UNKNOWN_FILE_EXTENSION"];

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
  let first: { readonly code?: unknown } | undefined;
  if (loadsTypeScript()) {
    try {
      return await importByNode(url);
    } catch (error) {
      first = Object(error) as { code?: unknown };
      if (!FOR_TSX.includes(first.code)) return importPlain(url, name, () => Promise.reject(error));
    }
  }
  const tsx = findTsx(file);
  if (tsx === undefined) throw needsTsx(name, first);
  const { tsImport } = await importByNode(pathToFileURL(tsx).href);
  return importPlain(url, name, (one) => (tsImport as (url: string, parent: string) => ReturnType<Import>)(one, url));
}

function needsTsx(name: string, cause: unknown): IsolationError {
  const strips = Boolean((process.features as { typescript?: unknown }).typescript);
  const [what, newer] = strips
    ? ["strips types and does no more", ""]
    : ["does not load TypeScript", "use Node.js >= 22.18, "];
  return new IsolationError(
    "INVALID_OPTION",
    `${name} cannot be loaded: Node.js ${process.version} ${what}; install tsx in its project ` +
      `("npm install --save-dev tsx"), ${newer}or write the manifest as .yaml, .json or .mjs`,
    { cause },
  );
}

function isTypeScript(file: string): boolean {
  return /\.m?ts$/i.test(file);
}

/** Node strips types itself, or a loader has taken on `.ts` files: for the whole process, or, as tsx may, for some. */
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
