import { existsSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { hostReaper } from "./host-reaper.js";
import { removeSteps } from "./remove-folder.js";
import { inSlices } from "./slices.js";

/** How long the caller waits for the little that there is in most folders: some steps, and milliseconds. */
const FREE_STEPS = 24;
const FREE_MS = 4;

/**
 * Removes a folder in which code that is not trusted has written. When it returns, the folder is gone under its name, and
 * gone at all where it held little; the rest may be beside it as `FOLDER.NUMBER` until the returned function is called.
 * What is next to the folder must be out of reach for that code.
 *
 * @returns has the rest removed by the reaper, which goes on when this host ends; call it when nobody can write there any
 *   more. Resolves when that is under way, and never rejects.
 */
export function discardFolder(folder: string): () => Promise<void> {
  const deadline = performance.now() + FREE_MS;
  const progress = { moved: 0 };
  const steps = removeSteps(folder, progress);
  let result = steps.next();
  for (let done = 1; result.done !== true && (done < FREE_STEPS || performance.now() < deadline); done += 1) {
    result = steps.next();
  }
  if (result.done !== true) {
    steps.return({ large: [], folders: [] });
    const moved = Array.from({ length: progress.moved }, (_, at) => `${folder}.${at}`);
    return () => removeAll(moved.filter((path) => existsSync(path)));
  }
  const { large, folders } = result.value;
  // In a thread: the system takes milliseconds to free them.
  for (const file of large) void unlink(file).catch(() => {});
  return () => removeAll(folders);
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (!hostReaper().discard(path)) await inSlices(removeSteps(path), false).catch(() => {});
  }
}
