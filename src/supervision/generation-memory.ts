import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sharedMemoryDirectory } from "../platform/index.js";
import type { SharedMemory } from "../session/index.js";

/** The generation's own folder, so that what is left of it can be removed with it. */
export function createGenerationMemory(isolatorId: number, serial: number): SharedMemory | undefined {
  const parent = sharedMemoryDirectory();
  if (parent === undefined) return undefined;
  const folder = join(parent, `${isolatorId}-${serial}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return { folder, ownPrefix: "h", peerPrefix: "p" };
  } catch {
    return undefined;
  }
}

/** A killed process leaves its socket behind, and its segments. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // A Windows pipe is no file; a full descriptor table has to wait for the end of the host.
  }
}
