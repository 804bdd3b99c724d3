import { rmdirSync } from "node:fs";
import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ReaperState } from "./reaper-on-node.js";

/** Whether a path lies in one of the host's directories, or is next to a registered folder, with its path and a dot before. */
export function isDiscardable(path: string, { folders, values }: ReaperState): boolean {
  if (path.includes("/../") || path.endsWith("/..")) return false;
  const directories = [values.get("dir"), values.get("mem")].filter((directory) => directory);
  if (directories.some((directory) => path.startsWith(`${directory}/`) && path.length > `${directory}/`.length))
    return true;
  const at = path.lastIndexOf(".");
  return at !== -1 && folders.has(path.slice(0, at));
}

/** Removes a folder with all it holds, also what a child has left without permissions. Never rejects. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await makeEnterable(path);
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Something is in it, or it is gone.
  }
}

async function makeEnterable(path: string): Promise<void> {
  await chmod(path, 0o700).catch(() => {});
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await makeEnterable(join(path, entry.name));
}
