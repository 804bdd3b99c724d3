import { forThisSystem } from "./for-this-system.js";
import { linuxGroupAlive } from "./process-group.linux.js";
import { posixGroupAlive, signalGroup as signalPosixGroup } from "./process-group.posix.js";

/**
 * Whether a process group has a member that still runs. Zombies do not count on Linux: in a container whose first
 * process reaps nobody, they stay for ever. Always false on Windows, which has no process groups.
 */
export const groupAlive: (pgid: number) => boolean = forThisSystem({
  linux: linuxGroupAlive,
  macos: posixGroupAlive,
  windows: () => false,
});

/** Signals all members of a process group at once; false where there is none. Windows has no process groups. */
export const signalGroup: (pgid: number, signal: NodeJS.Signals) => boolean = forThisSystem({
  linux: signalPosixGroup,
  macos: signalPosixGroup,
  windows: () => false,
});
