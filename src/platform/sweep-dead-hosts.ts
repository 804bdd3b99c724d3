import { lstatSync, renameSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isReleased } from "./host-lock.js";
import { type HostMarker, readMarker } from "./host-marker.js";
import { seesAlive } from "./host-owner.js";
import { isPrivateName, newPrivateName } from "./private-name.js";
import { removeHostDirectorySteps } from "./remove-folder.js";
import { inSlices } from "./slices.js";

const ENTRIES_AT_ONCE = 256;

/** Entries of one folder that are looked at: what lies behind them waits for better days. */
const MOST_ENTRIES = 100_000;

/**
 * Removes the directories of this user's hosts that are dead: those that were killed together with their reaper. Hosts
 * that sweep at the same time do not disturb each other. Never rejects.
 *
 * Removed is only what is proved to be a dead host's: the name, owner and mode, the marker that this very directory was
 * given, and its lock, seen and released. Everything else is somebody's.
 */
export async function sweepDeadHosts(parents: readonly string[], own: readonly string[]): Promise<void> {
  for (const parent of new Set(parents)) {
    for (const path of await candidates(parent)) {
      if (!own.includes(path)) await sweep(path).catch(() => {});
    }
  }
}

async function candidates(parent: string): Promise<string[]> {
  const found: string[] = [];
  try {
    let looked = 0;
    for await (const { name } of await opendir(parent, { bufferSize: ENTRIES_AT_ONCE })) {
      if (isPrivateName(name)) found.push(join(parent, name));
      looked += 1;
      if (looked >= MOST_ENTRIES) break;
    }
  } catch {
    // Not there, or not ours to read.
  }
  return found;
}

async function sweep(path: string): Promise<void> {
  const before = await deadOwner(path);
  if (before === undefined) return;
  // What comes to the old name from now on is not ours. A sweep that is cut short is gone on with by the next.
  const aside = join(dirname(path), newPrivateName());
  renameSync(path, aside);
  const after = await deadOwner(aside);
  if (after === undefined || JSON.stringify(after) !== JSON.stringify(before)) {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) renameSync(aside, path);
    return;
  }
  await inSlices(removeHostDirectorySteps(aside), false);
}

/** The marker of a directory whose host is proved to be dead. */
async function deadOwner(path: string): Promise<HostMarker | undefined> {
  const marker = readMarker(path);
  if (marker === undefined || seesAlive(marker)) return undefined;
  return (await isReleased(path)) ? marker : undefined;
}
