import { hostReaper } from "./host-reaper.js";

let holders = 0;

/**
 * Keeps what this host has for all of its isolates: the reaper's process, and the directories. They go with the last holder.
 *
 * @returns lets go, once; resolves when nothing is left, where this was the last one
 */
export function holdHost(): () => Promise<void> {
  holders += 1;
  let isHeld = true;
  return async () => {
    if (!isHeld) return;
    isHeld = false;
    holders -= 1;
    if (holders === 0) await hostReaper().rest();
  };
}
