import { forThisSystem } from "./for-this-system.js";

const VARIABLE = "GLIBC_TUNABLES";

/**
 * One arena of glibc's for the main thread, one for all others. Left alone it makes one for each of V8's threads, and what these
 * have compiled with stays in it: more than all the rest of a process that has done little. How much freed memory stays with
 * the process glibc finds out by itself, unless it is told any of that. Other C libraries take no notice.
 */
const SETTING = "glibc.malloc.arena_max=2";

/** What the environment of an isolated process has for its allocator; the user's own setting goes before. */
export const allocatorEnvironment: Readonly<Record<string, string>> = forThisSystem({
  linux: { [VARIABLE]: SETTING },
  macos: {},
  windows: {},
});

/** Takes it out again once the C library has read it: what the process starts is none of ours. */
export function forgetAllocatorEnvironment(environment: NodeJS.ProcessEnv): void {
  if (environment[VARIABLE] === SETTING) delete environment[VARIABLE];
}
