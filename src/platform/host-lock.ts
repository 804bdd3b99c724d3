// Else the first `listen` loads it, for milliseconds in which a directory has no lock and its host may be killed.
import "node:cluster";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { LOCK } from "./host-marker.js";

const locks = new Map<string, Server>();

/**
 * Holds the lock of a directory for as long as the process lives, and does not keep it alive. False where the system
 * refuses.
 *
 * A listening socket is a lock that the kernel releases with its holder, however that dies, and that no later process can
 * be mistaken for. It is seen wherever the directory is seen, in another mount, pid or network namespace too.
 */
export function holdLock(directory: string): boolean {
  const server = createServer((socket) => socket.destroy());
  server.on("error", () => {});
  // Exclusive: in a cluster the primary process would hold it otherwise, and answer later.
  server.listen({ path: join(directory, LOCK), exclusive: true });
  server.unref();
  if (server.listening) locks.set(directory, server);
  return server.listening;
}

/** Gives it back. */
export function releaseLock(directory: string): void {
  locks.get(directory)?.close();
  locks.delete(directory);
}

/** Whether the lock is seen to be released. A lock that cannot be reached for any other reason may be held. */
export function isReleased(directory: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(directory, LOCK));
    socket.unref();
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  });
}
