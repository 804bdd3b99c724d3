import type { Reaper } from "./host-reaper.js";

/**
 * Nothing to do: libuv puts every child that is not spawned `detached` into a job object, which ends with the host's
 * last handle to it and takes the children along. Pipes vanish with their processes; only the host's directory stays
 * behind when the host is killed.
 */
export function createWindowsReaper(): Reaper {
  const nothing = (): void => {};
  return {
    available: true,
    hold: () => nothing,
    over: () => Promise.resolve(),
    pid: undefined,
    prepare: nothing,
    add: nothing,
    remove: nothing,
    addCgroup: nothing,
    removeCgroup: nothing,
    addFolder: nothing,
    discard: () => false,
    removeFolder: nothing,
  };
}
