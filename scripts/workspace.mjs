import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Where the scripts keep stamps, locks and downloads; never committed and never packed. */
export const cacheDirectory = join(repositoryRoot, ".cache");

/**
 * The JavaScript entry of a development tool, to be started with this Node: the shims in node_modules/.bin
 * differ from one operating system to the next.
 * @param {string} packageName
 * @param {string} [binName] default: the package's own name without its scope
 */
export function toolEntry(packageName, binName = packageName.replace(/^@[^/]+\//, "")) {
  const manifestPath = join(repositoryRoot, "node_modules", packageName, "package.json");
  const { bin } = createRequire(import.meta.url)(manifestPath);
  const entry = typeof bin === "string" ? bin : bin?.[binName];
  if (typeof entry !== "string") throw new Error(`${packageName} has no command ${binName}`);
  return join(dirname(manifestPath), entry);
}
