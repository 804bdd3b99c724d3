import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Build output: copies of other files. */
const SKIPPED = new Set(["dist", "coverage"]);

/**
 * All Markdown files below a folder, those of installed packages included, in the order of their paths. Hidden folders
 * and links are left out.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function listMarkdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isFile()) return /\.md$/i.test(entry.name) ? [path] : [];
      const isWanted = entry.isDirectory() && !entry.name.startsWith(".") && !SKIPPED.has(entry.name);
      return isWanted ? listMarkdownFiles(path) : [];
    });
}
