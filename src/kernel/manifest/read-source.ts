import { readFileSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { IsolationError, invalidOption } from "../../errors/index.js";
import { importManifest } from "./import-manifest.js";
import type { KernelManifest } from "./manifest.js";
import type { ManifestSource, Place } from "./source.js";
import type { ParsedText } from "./yaml-source.js";

/** The names under which a manifest is looked for in a folder, in this order. */
export const MANIFEST_NAMES = [
  "pihost.yaml",
  "pihost.yml",
  "pihost.json",
  "pihost.ts",
  "pihost.mts",
  "pihost.mjs",
  "pihost.js",
  "pihost.cjs",
] as const;

const BOUND =
  "an object, or the path or file URL of a .yaml, .yml, .json, .ts, .mts, .mjs, .js or .cjs file, or of its folder";
const MODULES = [".ts", ".mts", ".mjs", ".js", ".cjs"];

/** Longer texts are not parsed. */
const MAX_BYTES = 4 * 2 ** 20;

/** Finds and parses a manifest. */
export async function readSource(source: string | URL | KernelManifest): Promise<ManifestSource> {
  if (typeof source !== "string" && !(source instanceof URL)) return objectSource(source);
  const file = findFile(toPath(source));
  const folder = dirname(file);
  const name = displayName(file);
  const describe = (place: Place | undefined) => (place === undefined ? name : `${name}:${place.line}:${place.column}`);
  const extension = extname(file).toLowerCase();
  if (MODULES.includes(extension)) {
    return { value: await importManifest(file, name), folder, file, locate: () => undefined, describe };
  }
  const text = readText(file, name);
  return { ...(await parseText(extension, text, name)), folder, file, describe };
}

/** Only for files: setting up the parser of YAML, which finds the places in JSON too, takes a tenth of loading the kernel. */
async function parseText(extension: string, text: string, name: string): Promise<ParsedText> {
  if (extension === ".json") return (await import("./json-source.js")).parseJson(text, name);
  return (await import("./yaml-source.js")).parseYaml(text, name);
}

function objectSource(value: unknown): ManifestSource {
  if (typeof value !== "object" || value === null) throw invalidOption("manifest", BOUND, value);
  return { value, folder: process.cwd(), file: undefined, locate: () => undefined, describe: () => undefined };
}

function toPath(source: string | URL): string {
  if (source === "" || String(source).includes("\0")) throw invalidOption("manifest", BOUND, source);
  if (typeof source === "string" && !/^file:/i.test(source)) return resolve(source);
  try {
    return fileURLToPath(source);
  } catch {
    throw invalidOption("manifest", BOUND, String(source));
  }
}

/** The file itself, or the manifest in a folder. */
function findFile(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw invalidOption("manifest", "a file that exists", path);
  if (!stats.isDirectory()) {
    const extension = extname(path).toLowerCase();
    if ([".yaml", ".yml", ".json", ...MODULES].includes(extension)) return path;
    throw invalidOption("manifest", BOUND, path);
  }
  const name = MANIFEST_NAMES.find((one) => statSync(join(path, one), { throwIfNoEntry: false })?.isFile());
  if (name !== undefined) return join(path, name);
  throw invalidOption("manifest", `a folder that has one of ${MANIFEST_NAMES.join(", ")}`, path);
}

function readText(file: string, name: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, and may have ${MAX_BYTES}`);
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new IsolationError("INVALID_OPTION", `${name} cannot be read: ${reason}`, { cause: error });
  }
}

/** As one would type it here, so that a terminal finds it. */
function displayName(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") || isAbsolute(path) ? file : path;
}
