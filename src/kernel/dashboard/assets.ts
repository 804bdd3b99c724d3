import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IsolationError } from "../../errors/index.js";
import { pihostEntry } from "../../process/index.js";

/** The files of the page, by the path of their request, with their types. */
export const ASSETS = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript; charset=utf-8"],
  "/app.css": ["app.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

/** One of them, read when it is asked for first: from the package's folder, beside that of the executable. */
export class Assets {
  readonly #read = new Map<string, Promise<Buffer>>();

  /** @throws IsolationError INVALID_OPTION where the package lies in parts */
  get(path: keyof typeof ASSETS): Promise<Buffer> {
    const read = this.#read.get(path) ?? readAsset(ASSETS[path][0]);
    this.#read.set(path, read);
    return read;
  }
}

async function readAsset(file: string): Promise<Buffer> {
  const path = join(dirname(pihostEntry()), "../dashboard", file);
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `the dashboard's page is not there: dist/dashboard belongs beside dist/pihost (looked for ${path})`;
    throw new IsolationError("INVALID_OPTION", message, { cause });
  }
}
