import { tmpdir } from "node:os";
import { forThisSystem } from "./for-this-system.js";
import { hostDirectory } from "./host-directory.js";
import { posixParents } from "./host-directory.posix.js";
import { sharedMemoryDirectory } from "./shared-memory-directory.js";
import { LINUX_MEMORY_PARENT } from "./shared-memory-directory.linux.js";
import { sweepDeadHosts } from "./sweep-dead-hosts.js";

const parents = forThisSystem<() => readonly string[]>({
  linux: () => [...posixParents(process.env, tmpdir()), LINUX_MEMORY_PARENT],
  macos: () => posixParents(process.env, tmpdir()),
  // No lock there tells who lives.
  windows: () => [],
});

let swept: Promise<void> | undefined;

/** Removes what dead hosts of this user have left, once in the life of this process. Never rejects. */
export function sweepOnce(): Promise<void> {
  swept ??= sweepAll().catch(() => {});
  return swept;
}

async function sweepAll(): Promise<void> {
  const own = [hostDirectory(), sharedMemoryDirectory()].filter((path) => path !== undefined);
  await sweepDeadHosts(parents(), own);
}
