import { listProcesses } from "./proc-stat.linux.js";
import { posixGroupAlive } from "./process-group.posix.js";

/** Looks through /proc only where the group exists, to see whether all of it are zombies. */
export function linuxGroupAlive(pgid: number): boolean {
  if (!posixGroupAlive(pgid)) return false;
  const members = listProcesses().filter((process) => process.groupId === pgid);
  // The kernel knows members and /proc shows none: it hides them, so they count as alive, unless they are gone by now.
  if (members.length === 0) return posixGroupAlive(pgid);
  return members.some((process) => process.state !== "Z" && process.state !== "X");
}
