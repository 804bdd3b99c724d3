import { realpathSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { IsolationError } from "../../src/errors/index.js";
import { fileKind } from "./file-kind.js";
import { whyHidden } from "./hidden-file.js";
import { moduleNotFound, quote } from "./module-errors.js";
import { resolvePackageFile } from "./resolve-package.js";

/**
 * What to hand to `import()`: a file URL, a `node:` URL, or, for a package that only Node itself may know how to find,
 * the name as it was given.
 */
export type ModuleSpecifier = string;

/**
 * The folder that names are resolved from: `from` itself where it is a folder, the folder it is in otherwise.
 *
 * @throws IsolationError `INVALID_OPTION` when `from` is no path and no file URL.
 */
export function directoryOf(from: unknown): string {
  const path = pathOf(from);
  const kind = fileKind(path);
  if (kind === "directory") return path;
  // `import.meta.url` of a bundled or deleted file names a file that is not there.
  return kind === "file" || extname(path) !== "" ? dirname(path) : path;
}

function pathOf(from: unknown): string {
  try {
    if (typeof from === "string" && from !== "") return resolve(/^file:/i.test(from) ? fileURLToPath(from) : from);
  } catch {
    // Not a file URL of this platform.
  }
  throw new IsolationError("INVALID_OPTION", `from must be a path or a file URL, received ${quote(from)}`);
}

/**
 * What `name` means in `directory`. Absolute paths, and paths that begin with "./" or "../", are file paths (so "#",
 * "?" and "%" in them are plain characters); file URLs and `node:` modules are themselves; all else is a package name.
 *
 * @throws IsolationError `INVALID_OPTION` when `name` is no non-empty string, `MODULE_NOT_FOUND` when it names no file,
 * and `MODULE_FAILED` when it names something that is never a module of functions.
 */
export function resolveModule(name: unknown, directory: string): ModuleSpecifier {
  if (typeof name !== "string" || name === "") {
    throw new IsolationError("INVALID_OPTION", `module must be a non-empty string, received ${quote(name)}`);
  }
  if (isAbsolute(name) || /^\.\.?(?:[/\\]|$)/.test(name)) {
    return resolveFile(name, pathToFileURL(resolve(directory, name)), directory);
  }
  if (/^file:/i.test(name)) return resolveFile(name, parseFileUrl(name, directory), directory);
  if (isBuiltin(name)) return name.startsWith("node:") ? name : `node:${name}`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) {
    const isNode = name.startsWith("node:");
    const reason = isNode ? `Node.js ${process.version} has no such module` : "only file: and node: URLs can be loaded";
    throw moduleNotFound(name, directory, reason);
  }
  const file = resolvePackageFile(name, directory);
  return file === undefined ? name : resolveFile(name, pathToFileURL(file), directory);
}

function parseFileUrl(name: string, directory: string): URL {
  try {
    const url = new URL(name);
    fileURLToPath(url);
    return url;
  } catch (cause) {
    throw moduleNotFound(name, directory, "it is not a valid file URL of this platform", { cause });
  }
}

/** The URL of an existing file, links resolved as Node does, query and hash kept. */
function resolveFile(name: string, url: URL, directory: string): ModuleSpecifier {
  const path = fileURLToPath(url);
  const kind = fileKind(path);
  if (kind === "missing") {
    throw moduleNotFound(name, directory, `there is no file ${path}${whyHidden(path)}`, { path });
  }
  if (kind === "directory") {
    throw moduleNotFound(name, directory, `${path} is a directory; name a file in it`, { path });
  }
  if (extname(path) === ".json") {
    throw new IsolationError(
      "MODULE_FAILED",
      `module ${quote(name)} is JSON (${path}); JSON modules are not supported, read it in a module of your own`,
    );
  }
  return Object.assign(pathToFileURL(realPath(path)), { search: url.search, hash: url.hash }).href;
}

/** Under Node's permission model the links on the way may be unreadable though the file itself is not. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
