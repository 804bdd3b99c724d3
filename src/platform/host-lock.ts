// Else the first `listen` loads it, for milliseconds in which a directory has no lock and its host may be killed.
import "node:cluster";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { hostDirectories } from "./host-directories.js";
import { isPrivatePosixDirectory } from "./host-directory.posix.js";

/**
 * A listening socket is a lock that the kernel releases with its holder, however that dies, and that no later process
 * can be mistaken for: a pid would have to be trusted not to be reused.
 */
const LOCK = "lock";

/** In a directory in shared memory: the path of its host's lock. */
const OWNER = "owner";

/** A directory without a lock may be about to get one. */
const SETTLING_MS = 10_000;

/** Holds the lock of this host's directory for as long as the process lives. Does not keep it alive. */
export function holdLock(directory: string): void {
  const server = createServer((socket) => socket.destroy());
  server.on("error", () => {});
  // Exclusive: in a cluster the primary process would hold it otherwise.
  server.listen({ path: join(directory, LOCK), exclusive: true });
  server.unref();
}

/** Says in a directory elsewhere whose it is. */
export function signDirectory(directory: string, hostDirectory: string): void {
  writeFileSync(join(directory, OWNER), join(hostDirectory, LOCK), { mode: 0o600 });
}

/**
 * Removes the directories of this user's host processes that are dead: those that were killed together with their
 * reaper, or before they had one. Hosts that sweep at the same time do not disturb each other.
 */
export async function sweepDeadHosts(own: readonly string[], memoryParent: string | undefined): Promise<void> {
  const hosts = hostDirectories().map((directory) => ({ directory, lock: join(directory, LOCK) }));
  const memories = memoryDirectories(memoryParent).map((directory) => ({ directory, lock: ownerOf(directory) }));
  const foreign = [...hosts, ...memories].filter(({ directory }) => !own.includes(directory));
  await Promise.all(
    foreign.map(async ({ directory, lock }) => {
      if (await isDead(directory, lock)) rmSync(directory, { recursive: true, force: true });
    }),
  ).catch(() => {
    // Somebody else was faster, or the file system refuses: the next host tries again.
  });
}

function memoryDirectories(parent: string | undefined): string[] {
  if (parent === undefined) return [];
  try {
    return readdirSync(parent)
      .filter((name) => name.startsWith("pi-"))
      .map((name) => join(parent, name))
      .filter(isPrivatePosixDirectory);
  } catch {
    return [];
  }
}

function ownerOf(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, OWNER), "utf8");
  } catch {
    return undefined;
  }
}

async function isDead(directory: string, lock: string | undefined): Promise<boolean> {
  const answer = lock === undefined ? "ENOENT" : await tryLock(lock);
  if (answer === "ECONNREFUSED") return true;
  if (answer !== "ENOENT") return false;
  const stats = statSync(directory, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.ctimeMs > SETTLING_MS;
}

/** How a connection to the lock fares: "held", or the code of the error. */
function tryLock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.unref();
    socket.once("connect", () => {
      socket.destroy();
      resolve("held");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
  });
}
