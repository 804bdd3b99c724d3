import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** What Yarn writes beside the runtime where a project has ES modules. */
const LOADER = ".pnp.loader.mjs";

/**
 * The flags that make a process resolve packages as this one does where Yarn's Plug'n'Play is in force, for which a project
 * has no `node_modules`. None elsewhere, and where the process has them already.
 *
 * @param from the folder that names are resolved in, as a file URL
 * @param given the flags and `NODE_OPTIONS` that the process has in any case
 */
export function plugAndPlayFlags(from: string, given: readonly string[]): readonly string[] {
  if (process.versions.pnp === undefined || given.some((text) => text.includes(".pnp."))) return [];
  const runtime = runtimeOf([from, pathToFileURL(join(process.cwd(), "package.json")).href]);
  if (runtime === undefined) return [];
  const loader = join(dirname(runtime), LOADER);
  return ["--require", runtime, ...(existsSync(loader) ? ["--import", registration(loader)] : [])];
}

/** The runtime of the project that one of the places belongs to. */
function runtimeOf(places: readonly string[]): string | undefined {
  for (const place of places) {
    try {
      return createRequire(place).resolve("pnpapi");
    } catch {
      // Not in a project of Yarn's.
    }
  }
  return undefined;
}

/** By code rather than by `--experimental-loader`, which writes a warning to the stderr of every process. */
function registration(loader: string): string {
  const url = JSON.stringify(pathToFileURL(loader).href);
  return `data:text/javascript,${encodeURIComponent(`import { register } from "node:module"; register(${url});`)}`;
}
