import { lstatSync, renameSync } from "node:fs";
import type { Server } from "node:net";

/**
 * How to close a server that listens on a socket. Closing removes whatever has the path by then, which may be the socket of
 * another process: that one is laid aside meanwhile.
 *
 * @param address its path, once it is there; on Windows the name of a pipe
 */
export function socketCloser(server: Server, address: string): () => void {
  if (process.platform === "win32") return () => void server.close();
  const own = fileAt(address);
  return () => {
    const present = fileAt(address);
    const isOther = present !== undefined && own !== undefined && present !== own;
    const aside = isOther ? layAside(address) : undefined;
    server.close();
    if (aside !== undefined) renameSync(aside, address);
  };
}

/** What tells the file from others; undefined where there is none, or this process may not look. */
function fileAt(address: string): string | undefined {
  try {
    const { dev, ino } = lstatSync(address, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** @returns where it is; undefined where nothing of the folder can be changed, and so nothing be removed */
function layAside(address: string): string | undefined {
  // Every isolated process has this code, and few come here.
  const { randomBytes } = process.getBuiltinModule("node:crypto");
  const aside = `${address}.${randomBytes(4).toString("hex")}`;
  try {
    renameSync(address, aside);
    return aside;
  } catch {
    return undefined;
  }
}
