import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { invalidOption } from "../errors/index.js";

/**
 * Absolute paths, each once. Relative ones are resolved in `base`.
 *
 * @param base a folder, as a path or a file URL that ends in a slash
 */
export function absolutePaths(name: string, value: unknown, base: string): readonly string[] {
  if (!Array.isArray(value)) throw invalidOption(name, "an array of paths", value);
  const folder = base.startsWith("file:") ? fileURLToPath(base) : base;
  const paths = value.map((path: unknown, index) => {
    if (typeof path !== "string" || path === "" || path.includes("\0")) {
      throw invalidOption(`${name}[${index}]`, "a path", path);
    }
    return resolve(folder, path.startsWith("file:") ? fileURLToPath(path) : path);
  });
  return Object.freeze([...new Set(paths)]);
}
