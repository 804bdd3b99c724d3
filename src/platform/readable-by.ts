import { type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

/** Somebody else than this process's user, without supplementary groups. */
export interface OtherUser {
  readonly uid: number;
  readonly gid: number;
}

const READ = 4;
const ENTER = 1;

/**
 * What keeps another user from reading a file, in words: the outermost folder that does not let him in, or the file's own
 * mode. By the bits of the mode alone, which are all that most systems have.
 *
 * @param path absolute
 * @returns undefined where nothing does, and where it cannot be seen
 */
export function obstacleFor(user: OtherUser, path: string): string | undefined {
  for (const folder of foldersAbove(path)) {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats !== undefined && !allows(user, stats, ENTER)) return `${folder} has mode ${modeOf(stats)}`;
  }
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || mayRead(user, stats) ? undefined : `${path} has mode ${modeOf(stats)}`;
}

/** Whether the mode of a file itself lets another user read it. */
export function mayRead(user: OtherUser, stats: Stats): boolean {
  return allows(user, stats, READ);
}

/** As `chmod` takes it. */
export function modeOf({ mode }: Stats): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function allows({ uid, gid }: OtherUser, stats: Stats, bit: number): boolean {
  const shift = stats.uid === uid ? 6 : stats.gid === gid ? 3 : 0;
  return ((stats.mode >> shift) & bit) !== 0;
}

/** From the root down. */
function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}
