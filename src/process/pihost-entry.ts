import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { IsolationError } from "../errors/index.js";

declare const PIHOST_FROM_BUNDLE: string | undefined;
declare const PROCESS_ISOLATION_VERSION: string | undefined;

/** The version in package.json, put in by the build; undefined where nothing was built. */
export const PACKAGE_VERSION = typeof PROCESS_ISOLATION_VERSION === "string" ? PROCESS_ISOLATION_VERSION : undefined;

/** Seen from the file that this code is in; the build says so where it puts it into another one. */
const FROM_HERE = typeof PIHOST_FROM_BUNDLE === "string" ? PIHOST_FROM_BUNDLE : "../../pihost/boot.cjs";

/** Undefined in an ES module that somebody else's bundler made of us. */
const here: string | undefined = import.meta.url;

/** Where the ES module that gives us out says it lies: a bundler may have moved either of the two. */
const loadedFrom = new Set<string>();

let found: string | undefined;

/** Remembers a place of the package as its ES module knows it. */
export function noteLoadedFrom(url: unknown): void {
  if (typeof url === "string" && url.startsWith("file:")) loadedFrom.add(url);
}

/**
 * The script that a pihost starts from: beside this code; or, where that was bundled into a program, in the package that is
 * installed for the program in this very version.
 *
 * @throws IsolationError `INVALID_OPTION` where it is in none of these places
 */
export function pihostEntry(): string {
  found ??= findEntry();
  return found;
}

function findEntry(): string {
  const urls = here === undefined ? [...loadedFrom] : [here, ...loadedFrom];
  const beside = urls.map((url) => fileURLToPath(new URL(FROM_HERE, url)));
  const entry =
    beside.find((path) => existsSync(path)) ?? installedEntry([...urls.map((url) => fileURLToPath(url)), program()]);
  if (entry !== undefined) return entry;
  const places = beside.map((path) => JSON.stringify(path)).join(", ") || "nowhere";
  throw new IsolationError(
    "INVALID_OPTION",
    "the executable of process-isolation is not beside this code, which was bundled: keep it external, or give `pihostPath`, " +
      `the path of the package's dist/pihost/boot.cjs (looked for ${places}, and for the package in version ${PACKAGE_VERSION} ` +
      "in the node_modules of this program)",
  );
}

/** The entry in an installed package of our version, as these files would find it. */
function installedEntry(files: readonly (string | undefined)[]): string | undefined {
  for (const file of files) {
    try {
      if (file === undefined) continue;
      const manifest = createRequire(file).resolve("process-isolation/package.json");
      const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version?: unknown };
      const entry = join(dirname(manifest), "dist/pihost/boot.cjs");
      if (version === PACKAGE_VERSION && existsSync(entry)) return entry;
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

/** The file that Node.js was started with, whatever it is. */
function program(): string | undefined {
  const file = process.argv[1];
  return file !== undefined && existsSync(file) ? file : undefined;
}
