import { readdirSync } from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { inspect } from "node:util";
import { closestName, FROM_ADVICE, IsolationError } from "../../src/errors/index.js";
import { fileKind } from "./file-kind.js";

const MODULE_EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx"];
const MAX_QUOTED = 200;

/** A value from outside as it may appear in a message: one line, quoted if it is a string, and of bounded length. */
export function quote(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/** Says that the module itself cannot be found, why, and which file near by may have been meant. */
export function moduleNotFound(
  name: string,
  directory: string,
  reason: string,
  { path, cause }: { path?: string; cause?: unknown } = {},
): IsolationError {
  const near = nearbyFile(path ?? join(directory, name));
  const suggestion = near === undefined ? "" : `; did you mean ${quote(relativeName(near, directory))}?`;
  const message = `cannot find module ${quote(name)} from ${quote(directory)}: ${reason}${suggestion}${adviceOnFrom(name, directory)}`;
  return new IsolationError("MODULE_NOT_FOUND", message, cause === undefined ? {} : { cause });
}

/** Who gives no `from` has it looked for in the working directory, wherever the module that asks for it lies. */
function adviceOnFrom(name: string, directory: string): string {
  if (directory !== process.cwd() || !/^\.\.?(?:[/\\]|$)/.test(name)) return "";
  return FROM_ADVICE;
}

/** The file itself, the entry file of a folder, the same name with another extension, or a near miss beside it. */
function nearbyFile(path: string): string | undefined {
  const kind = fileKind(path);
  if (kind === "file") return path;
  if (kind === "directory") {
    return MODULE_EXTENSIONS.map((extension) => join(path, `index${extension}`)).find(
      (file) => fileKind(file) === "file",
    );
  }
  const modules = moduleFilesIn(dirname(path));
  const stem = basename(path, MODULE_EXTENSIONS.includes(extname(path)) ? extname(path) : "");
  const sameStem = modules.find((file) => basename(file, extname(file)) === stem);
  const near = sameStem ?? closestName(basename(path), modules);
  return near === undefined ? undefined : join(dirname(path), near);
}

function moduleFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => MODULE_EXTENSIONS.includes(extname(file)) && !file.includes(".d."));
  } catch {
    return [];
  }
}

function relativeName(path: string, directory: string): string {
  const name = relative(directory, path).replaceAll(sep, "/");
  return name.startsWith("../") ? name : `./${name}`;
}
