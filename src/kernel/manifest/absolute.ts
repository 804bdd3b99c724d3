import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TextField } from "./field.js";

/** A path or a file URL of the manifest, seen from anywhere: of a module a file URL, of everything else a path. */
export function absolute(value: unknown, kind: NonNullable<TextField["path"]>, folder: string): string {
  const text = String(value);
  if (/^file:/i.test(text)) return kind === "module" ? new URL(text).href : fileURLToPath(text);
  if (kind === "always") return resolve(folder, text);
  const isPath = isAbsolute(text) || (kind === "module" ? /^\.{1,2}(?:[\\/]|$)/.test(text) : /[\\/]/.test(text));
  if (!isPath) return text;
  const path = resolve(folder, text);
  return kind === "module" ? pathToFileURL(path).href : path;
}
