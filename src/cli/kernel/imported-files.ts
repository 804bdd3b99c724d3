import { readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { statIfPresent } from "../stat-if-present.js";

/** Relative specifiers, in whichever way they are imported. A text that only looks like it costs a look at a file. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])(\.{1,2}\/[^"'\n]+)\1/g;

/** What a specifier may leave out, or say of the file that TypeScript would make. */
const ENDINGS = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];
const SOURCES: readonly (readonly [RegExp, string])[] = [
  [/\.js$/, ".ts"],
  [/\.mjs$/, ".mts"],
  [/\.cjs$/, ".cts"],
];

/** Files of one module, at most; more than anybody writes by hand. */
const FILES_AT_MOST = 5_000;

/**
 * The file of a module and those that it imports by relative paths, directly or not, within a folder.
 *
 * @param module as a kernel loads it; a package has none
 */
export function importedFiles(module: string, folder: string): ReadonlySet<string> {
  if (!module.startsWith("file:")) return new Set();
  const found = new Set<string>();
  const waiting = [fileURLToPath(module)];
  for (let file = waiting.pop(); file !== undefined && found.size < FILES_AT_MOST; file = waiting.pop()) {
    if (found.has(file) || (found.size > 0 && !isWithin(file, folder))) continue;
    found.add(file);
    waiting.push(...importsOf(file));
  }
  return found;
}

function importsOf(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return [...text.matchAll(IMPORT)].flatMap(([, , specifier = ""]) => {
    const path = resolve(dirname(file), specifier);
    const candidates = [
      ...SOURCES.filter(([ending]) => ending.test(path)).map(([ending, source]) => path.replace(ending, source)),
      ...ENDINGS.map((ending) => path + ending),
    ];
    const present = candidates.find((candidate) => statIfPresent(candidate)?.isFile() === true);
    // One that is not there yet may be written next.
    return [present ?? path];
  });
}

function isWithin(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return !path.startsWith(`..${sep}`) && path !== ".." && !path.split(sep).includes("node_modules");
}
