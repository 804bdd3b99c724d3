import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** How the files of the cache end, also those of earlier versions. */
export const SUFFIX = ".v8cache";
/** While they are written. */
export const TEMPORARY_SUFFIX = ".new";

/** What the cache holds at most: some releases, on some Nodes, with some sets of flags. */
const MOST_FILES = 16;
const MOST_BYTES = 32 * 2 ** 20;
/** Nobody takes that long to write a file: who began it is gone. */
const UNFINISHED_MS = 60_000;

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/**
 * Removes the files that were not used for longest, until the rest is within the bounds. Whoever reads one of them just now
 * has it open, and who wants it later makes it anew.
 *
 * @param kept the file that was just written
 */
export function boundCodeCache(folder: string, kept: string): void {
  const files = readdirSync(folder).flatMap((name) => fileOf(join(folder, name)));
  const byUse = files.sort((a, b) => (a.path === kept ? -1 : b.path === kept ? 1 : b.usedAt - a.usedAt));
  let bytes = 0;
  for (const [index, file] of byUse.entries()) {
    bytes += file.bytes;
    if (index >= MOST_FILES || (bytes > MOST_BYTES && file.path !== kept)) rmSync(file.path, { force: true });
  }
}

/** None where it is no file of the cache; one that was begun and never finished is removed. */
function fileOf(path: string): CachedFile[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return [];
  if (path.endsWith(SUFFIX)) return [{ path, bytes: stats.size, usedAt: stats.mtimeMs }];
  // Earlier versions had the number of the process behind it.
  const isUnfinished = /\.v8cache\.(?:\d+|[\w-]+\.new)$/.test(path);
  if (isUnfinished && Date.now() - stats.mtimeMs > UNFINISHED_MS) rmSync(path, { force: true });
  return [];
}
