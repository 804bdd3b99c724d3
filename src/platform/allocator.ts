import { forThisSystem } from "./for-this-system.js";

const VARIABLE = "GLIBC_TUNABLES";

const KEPT_BYTES = 64 * 1024 * 1024;

/**
 * Makes glibc keep freed memory up to the size that it would come to by itself at the most. Left alone it gives large
 * buffers back to the system again and again, and every page of the next one is a fault: with a buffer of 16 MiB that
 * takes longer than reading it. Other C libraries take no notice.
 */
const SETTING = `glibc.malloc.mmap_threshold=${KEPT_BYTES}:glibc.malloc.trim_threshold=${KEPT_BYTES}`;

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
