import { lstatSync, renameSync, rmdirSync, type Stats, unlinkSync } from "node:fs";
import { join } from "node:path";
import { holdFolder, makeEnterable } from "./hold-folder.js";
import { LOCK, MARKER } from "./host-marker.js";
import { namesIn } from "./names-in.js";
import type { Steps } from "./slices.js";

/** The system takes milliseconds to free more than this, in a thread that nobody waits for. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** Folders in folders that are held open at a time: each takes a descriptor. */
const MOST_HELD = 4;

/** What was left for later: files that are large, and folders in which something cannot be removed, or was made since. */
export interface Remains {
  readonly large: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Removes the directory of a host, its lock and marker last: until nothing else is left it is known for what it is. False
 * where something cannot be removed.
 */
export function* removeHostDirectorySteps(path: string): Steps<boolean> {
  let found: boolean;
  do {
    let progress = false;
    found = false;
    for (const name of namesIn(path)) {
      if (name === LOCK || name === MARKER) continue;
      found = true;
      const { large } = yield* removeSteps(join(path, name));
      for (const file of large) attempt(() => unlinkSync(file));
      if (lstatSync(join(path, name), { throwIfNoEntry: false }) === undefined) progress = true;
      yield;
    }
    if (found && !progress) return false;
  } while (found);
  for (const name of [LOCK, MARKER]) attempt(() => unlinkSync(join(path, name)));
  return attempt(() => rmdirSync(path));
}

/**
 * Removes a folder in which code that is not trusted has written, with all it holds: any number of files, folders in
 * folders deeper than a path can tell, folders without permissions. What is next to the folder must be out of reach for
 * that code. The folder is gone under its name after the first step.
 *
 * Nobody else can put a link in the place of what this looks into: the folder is moved next to where it was first, as
 * `FOLDER.0`. What is in it is held open, or, deeper down, moved out as `FOLDER.NUMBER` too, so that no path gets long.
 */
export function* removeSteps(path: string, progress: RemovalProgress = { moved: 0 }): Steps<Remains> {
  const large: string[] = [];
  const folders: string[] = [];
  const move = (from: string): void => {
    moveAway(from, `${path}.${progress.moved}`);
    progress.moved += 1;
  };
  if (!attempt(() => move(path))) return { large, folders };
  for (let at = 0; at < progress.moved; at += 1) {
    const aside = `${path}.${at}`;
    const stats = lstatSync(aside, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) {
      if ((stats.mode & 0o700) !== 0o700) attempt(() => makeEnterable(aside));
      yield* emptyFolder(aside, { move, depth: 0 });
      if (!attempt(() => rmdirSync(aside))) folders.push(aside);
    } else if (stats !== undefined && isLarge(stats)) {
      large.push(aside);
    } else {
      attempt(() => unlinkSync(aside));
    }
    yield;
  }
  return { large, folders };
}

/** How far a removal has come. */
export interface RemovalProgress {
  /** So many names `FOLDER.NUMBER` were given. */
  moved: number;
}

/** Removes a folder where it is, as far as that needs nothing to be moved out. */
export function* removeInPlace(path: string): Steps<void> {
  const stay = (): never => {
    throw new Error("moved later");
  };
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  yield* emptyFolder(path, { move: stay, depth: 0 });
  attempt(() => rmdirSync(path));
}

interface Place {
  /** Moves something out to where it is removed later. */
  readonly move: (from: string) => void;
  /** How many folders are held open above. */
  readonly depth: number;
}

/** Goes over it until nothing more can be removed or moved: file systems pass over entries while others go. */
function* emptyFolder(path: string, place: Place): Steps<void> {
  let progress: boolean;
  do {
    progress = false;
    for (const name of namesIn(path)) {
      if (yield* removeEntry(join(path, name), place)) progress = true;
      yield;
    }
  } while (progress);
}

/** Whether it is away from here. */
function* removeEntry(path: string, { move, depth }: Place): Steps<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isDirectory()) return attempt(() => (isLarge(stats) ? move(path) : unlinkSync(path)));
  if (attempt(() => rmdirSync(path))) return true;
  const held = depth < MOST_HELD ? holdFolder(path) : undefined;
  // On a disk a move takes milliseconds.
  if (held === undefined) return attempt(() => move(path));
  try {
    yield* emptyFolder(held.path, { move, depth: depth + 1 });
  } finally {
    held.release();
  }
  return attempt(() => rmdirSync(path));
}

/** A folder that is not ours to write in cannot be moved to another one. */
function moveAway(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
    makeEnterable(from);
    renameSync(from, to);
  }
}

function isLarge({ blocks, nlink }: Stats): boolean {
  return nlink === 1 && blocks * 512 > LARGE_BYTES;
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
