import { forThisSystem } from "./for-this-system.js";
import { linuxGroupAlive } from "./process-group.linux.js";
import { posixGroupAlive } from "./process-group.posix.js";

/**
 * Whether a process group has a member that still runs. Zombies do not count on Linux: in a container whose first
 * process reaps nobody, they stay for ever. Always false on Windows, which has no process groups.
 */
export const groupAlive: (pgid: number) => boolean = forThisSystem({
  linux: linuxGroupAlive,
  macos: posixGroupAlive,
  windows: () => false,
});
