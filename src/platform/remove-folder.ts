import { lstatSync, opendirSync, renameSync, rmdirSync, type Stats, unlinkSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { LOCK, MARKER } from "./host-marker.js";
import { makeEnterable } from "./make-enterable.js";
import { inSlices, type Steps } from "./slices.js";

/** So many files are removed while the caller waits, which takes a millisecond or two. */
const FREE_STEPS = 128;

/** The system takes milliseconds to free more than this, in a thread that nobody waits for. */
const LARGE_BYTES = 16 * 1024 * 1024;

const ENTRIES_AT_ONCE = 64;

/** What was left for later: files that are large, and folders in which something cannot be removed, or was made since. */
interface Remains {
  readonly large: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Removes a folder in which code that is not trusted has written, with all it holds: any number of files, folders in
 * folders deeper than a path can tell, folders without permissions. When it returns, the folder is gone under its name, and
 * little is gone at all; much is removed between the turns of the event loop, or with the host's directory by the reaper,
 * if the host ends first.
 *
 * What is next to the folder must be out of reach for that code.
 *
 * @returns removes what was left, as far as it can be removed by then; call it when nobody writes there any more. Never
 *   rejects.
 */
export function discardFolder(folder: string): () => Promise<void> {
  let work = finish(removeSteps(folder));
  return async () => {
    const left = await work;
    work = Promise.all(left.map((each) => finish(removeSteps(each)))).then((each) => each.flat());
    await work;
  };
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

/** The steps that cost nobody much at once, the others in slices; resolves with the folders that are left. */
async function finish(steps: Steps<Remains>): Promise<readonly string[]> {
  let result = steps.next();
  for (let done = 0; result.done !== true && done < FREE_STEPS; done += 1) result = steps.next();
  const { large, folders } = result.done === true ? result.value : await inSlices(steps, false);
  for (const file of large) await unlink(file).catch(() => {});
  return folders;
}

/**
 * Every folder is moved next to the first one before it is looked into, as `FOLDER.NUMBER`: no path gets long, and nobody
 * can put a link in its place.
 */
function* removeSteps(path: string): Steps<Remains> {
  const large: string[] = [];
  const folders: string[] = [];
  let moved = 0;
  const move = (from: string): void => {
    const to = `${path}.${moved}`;
    moveAway(from, to);
    moved += 1;
  };
  if (!attempt(() => move(path))) return { large, folders };
  for (let at = 0; at < moved; at += 1) {
    const aside = `${path}.${at}`;
    const stats = lstatSync(aside, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) {
      yield* removeDirectory(aside, stats, move);
      if (lstatSync(aside, { throwIfNoEntry: false }) !== undefined) folders.push(aside);
    } else if (stats !== undefined && isLarge(stats)) {
      large.push(aside);
    } else {
      attempt(() => unlinkSync(aside));
    }
    yield;
  }
  return { large, folders };
}

/** Goes over it until nothing more can be removed or moved: file systems pass over entries while others go. */
function* removeDirectory(path: string, stats: Stats, move: (from: string) => void): Steps<void> {
  if ((stats.mode & 0o700) !== 0o700) attempt(() => makeEnterable(path));
  for (;;) {
    if (attempt(() => rmdirSync(path))) return;
    let progress = 0;
    for (const name of namesIn(path)) {
      if (removeEntry(join(path, name), move)) progress += 1;
      yield;
    }
    if (progress === 0) return;
  }
}

/** Whether it is away from here. */
function removeEntry(path: string, move: (from: string) => void): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  return attempt(() => (stats.isDirectory() || isLarge(stats) ? move(path) : unlinkSync(path)));
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

function* namesIn(folder: string): Generator<string, void, undefined> {
  try {
    const directory = opendirSync(folder, { bufferSize: ENTRIES_AT_ONCE });
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry.name;
    } finally {
      directory.closeSync();
    }
  } catch {
    // Gone, or no descriptor left.
  }
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
